#include "tillcue/core/phrase_check.hpp"

#include <algorithm>
#include <array>

#include "phrases.hpp"
#include "phrases_en.hpp"
#include "plural.hpp"

namespace tillcue {
namespace {

constexpr std::string_view kPlural = "plural";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

KnownVariable const* find_variable(std::string_view name) {
  auto const found = std::find_if(kOfferVariables.begin(), kOfferVariables.end(),
                                  [&](KnownVariable const& known) { return known.name == name; });
  return found == kOfferVariables.end() ? nullptr : &*found;
}

std::string names(bool counted) {
  std::string text;
  for (auto const& known : kOfferVariables) {
    if (counted && !known.counted) continue;
    text.append(text.empty() ? "" : ", ").append(known.name);
  }
  return text;
}

std::string listed(std::set<std::string> const& words) {
  std::string text;
  for (auto const& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// The categories whole numbers fall into in a language.
std::set<std::string> categories_of(std::string_view language) {
  std::set<std::string> out;
  for (std::uint64_t n = 0; n <= 200; ++n) out.emplace(plural_of(n, language));
  return out;
}

/// "name" or "name, plural, cases".
struct Inside {
  std::string_view name, kind, cases;
};

Inside inside_of(std::string_view inner) {
  auto const comma = inner.find(',');
  if (comma == std::string_view::npos) return {inner, {}, {}};
  auto const second = inner.find(',', comma + 1);
  auto const kind =
      second == std::string_view::npos ? inner.substr(comma + 1) : inner.substr(comma + 1, second - comma - 1);
  return {inner.substr(0, comma), trimmed(kind),
          second == std::string_view::npos ? std::string_view() : inner.substr(second + 1)};
}

/// Visits "name {text}" of plural cases; false when they are malformed.
template <class Visit>
bool each_case(std::string_view cases, Visit const& visit) {
  while (!(cases = trimmed(cases)).empty()) {
    auto const open = cases.find('{');
    auto const end = open == std::string_view::npos ? open : behind_closing(cases, open);
    if (end == std::string_view::npos) return false;
    auto const name = trimmed(cases.substr(0, open));
    if (name.empty()) return false;
    visit(name, cases.substr(open + 1, end - open - 2));
    cases.remove_prefix(end);
  }
  return true;
}

class Reader {
 public:
  explicit Reader(std::string_view language) : language_(language) {}

  void read(std::string_view text, bool bracketed) {
    bool in_brackets = false;
    for (std::size_t at = 0; at < text.size();) {
      char const c = text[at];
      std::size_t used = 1;
      if (text.substr(at, 2) == "[[") {
        used = 2;
      } else if (c == '[' && in_brackets) {
        fault("has a [ within [ ]; close the first, or write [[ for the sign");
      } else if (c == '[') {
        in_brackets = true;
      } else if (c == ']' && in_brackets) {
        in_brackets = false;
      } else if (c == ']') {
        fault("has a ] without [; take it out");
      } else if (c == '}') {
        fault("has a } without {; take it out");
      } else if (c == '{') {
        auto const end = behind_closing(text, at);
        if (end == std::string_view::npos) return fault("has a { that is never closed; write }");
        variable(text.substr(at + 1, end - at - 2), bracketed || in_brackets);
        used = end - at;
      }
      at += used;
    }
    if (in_brackets) fault("has a [ that is never closed; write ]");
  }

  PhraseCheck out;

 private:
  void fault(std::string what) {
    if (std::find(out.faults.begin(), out.faults.end(), what) == out.faults.end())
      out.faults.push_back(std::move(what));
  }

  void variable(std::string_view inner, bool bracketed) {
    auto const parts = inside_of(inner);
    auto const* const known = find_variable(parts.name);
    std::string const name(parts.name);
    if (known == nullptr) {
      return fault("has {" + name + "}, which is no variable; there are " + names(false));
    }
    out.variables.insert(name);
    if (!bracketed) out.bare.insert(name);
    if (inner.size() == parts.name.size()) return;
    // As the till reads it: one blank behind each comma.
    if (parts.kind != kPlural || inner.substr(name.size(), 9) != ", plural,") {
      return fault("has {" + std::string(inner.substr(0, 40)) + "}; write {" + name + ", plural, one {…} other {…}}");
    }
    if (!known->counted) return fault("counts " + name + ", which is no number; counted are " + names(true));
    cases(name, parts.cases, bracketed);
  }

  void cases(std::string const& name, std::string_view cases, bool bracketed) {
    auto const possible = categories_of(language_);
    std::set<std::string> given;
    std::string const where = "{" + name + ", plural}: ";
    bool const formed = each_case(cases, [&](std::string_view which, std::string_view text) {
      read(text, bracketed);
      std::string const word(which);
      if (!given.insert(word).second) fault(where + "has the case " + word + " twice; keep one");
      bool const exact = word.front() == '=' && word.size() > 1 &&
                         std::all_of(word.begin() + 1, word.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (exact || word == "other") return;
      if (possible.count(word) == 0) {
        fault(where + "'" + word + "' is no case of " + std::string(language_) + "; it counts by " + listed(possible) +
              ", and there are =0, =1, ... and other");
      }
    });
    if (!formed) return fault(where + "cases are not like one {…} other {…}; close every { and name every case");
    if (given.count("other") == 0) fault(where + "has no case other; add other {…}");
    // Who tells numbers apart by themselves has thought of the others.
    if (given.begin()->front() == '=') return;
    std::set<std::string> missing;
    for (auto const& word : possible) {
      if (given.count(word) == 0 && word != "other") missing.insert(word);
    }
    if (!missing.empty()) {
      out.doubts.push_back(where + "has no case " + listed(missing) + ", which " + std::string(language_) +
                           " counts by: other is said in its place");
    }
  }

  std::string_view language_;
};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

PhraseCheck check_phrase(std::string_view text, std::string_view language) {
  Reader reader(language);
  reader.read(text, false);
  return std::move(reader.out);
}

std::size_t plain_length(std::string_view text) {
  std::size_t length = 0;
  while (!text.empty()) {
    auto const end = text.front() == '{' ? behind_closing(text, 0) : std::string_view::npos;
    if (end == std::string_view::npos) {
      if (text.front() != '[' && text.front() != ']') length += characters(text.substr(0, 1));
      text.remove_prefix(1);
      continue;
    }
    std::size_t longest = 0;
    (void)each_case(inside_of(text.substr(1, end - 2)).cases,
                    [&](std::string_view, std::string_view said) { longest = std::max(longest, plain_length(said)); });
    length += longest;
    text.remove_prefix(end);
  }
  return length;
}

bool has_own_words(std::string_view language) noexcept { return !built_in_text(language, "share.of").empty(); }

bool is_said(std::string_view key) {
  constexpr std::array<std::string_view, 3> kByType{"reason.second_item", "reason.buy_get", "script.multi_buy"};
  return std::find(kByType.begin(), kByType.end(), key) != kByType.end() ||
         std::any_of(std::begin(kEnglish), std::end(kEnglish), [&](BuiltIn const& known) {
           // Those of sizes and shares are never asked of a bundle.
           return known.key == key && key.substr(0, 5) != "size." && key.substr(0, 6) != "share.";
         });
}

}  // namespace tillcue
