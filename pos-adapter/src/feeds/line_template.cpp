#include "feeds/line_template.hpp"

#include <algorithm>

namespace tillcue::pos {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool blank(char c) noexcept { return c == ' ' || c == '\t'; }

bool of_number(char c) noexcept { return (c >= '0' && c <= '9') || c == '.' || c == ',' || c == '\'' || c == '-'; }

std::string trimmed(std::string_view text) {
  while (!text.empty() && (blank(text.front()) || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (blank(text.back()) || text.back() == '\n')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

Result<LineTemplate> LineTemplate::parse(std::string_view text) {
  LineTemplate out;
  auto const adjoining = [&] { return !out.parts_.empty() && out.parts_.back().kind >= Kind::name; };
  while (!text.empty()) {
    if (text.front() == '{') {
      auto const end = text.find('}');
      if (end == std::string_view::npos) return fail(Code::invalid, "\"{\" is not closed");
      std::string const field(text.substr(1, end - 1));
      text.remove_prefix(end + 1);
      auto const kind = field == "name"                                           ? Kind::name
                        : field == "code"                                         ? Kind::code
                        : field == "qty" || field == "price" || field == "amount" ? Kind::number
                        : field == "*"                                            ? Kind::anything
                                                                                  : Kind::text;
      if (kind == Kind::text) {
        return fail(Code::invalid, "{" + field + "} is no field: use {name} {code} {qty} {price} {amount} or {*}");
      }
      if (adjoining()) return fail(Code::invalid, "put a blank or a text before {" + field + "}");
      out.parts_.push_back({kind, field});
    } else if (blank(text.front())) {
      while (!text.empty() && blank(text.front())) text.remove_prefix(1);
      out.parts_.push_back({Kind::blank, ""});
    } else {
      auto const end = std::min(text.find_first_of("{ \t"), text.size());
      std::string literal(text.substr(0, end));
      std::transform(literal.begin(), literal.end(), literal.begin(), lower);
      text.remove_prefix(end);
      out.parts_.push_back({Kind::text, std::move(literal)});
    }
    if (out.parts_.size() > kMostParts) return fail(Code::invalid, "has more than 32 parts");
  }
  if (out.parts_.empty()) return fail(Code::invalid, "is empty");
  return out;
}

/// Tries what each part may take; a part that failed at a place is not tried there again.
struct LineTemplate::Search {
  std::vector<Part> const& parts;
  std::string_view line;
  std::vector<bool> failed = std::vector<bool>(parts.size() * (line.size() + 1));
  std::vector<std::string_view> taken = std::vector<std::string_view>(parts.size());

  bool from(std::size_t part, std::size_t at) {
    if (part == parts.size()) return at == line.size();
    auto const mark = part * (line.size() + 1) + at;
    if (failed[mark]) return false;
    if (take(part, at)) return true;
    failed[mark] = true;
    return false;
  }

  bool take(std::size_t part, std::size_t at) {
    auto const& one = parts[part];
    auto const run = [&](auto fits) {
      auto end = at;
      while (end < line.size() && fits(line[end])) ++end;
      return end - at;
    };
    auto const goes_on = [&](std::size_t length) {
      taken[part] = line.substr(at, length);
      return from(part + 1, at + length);
    };
    switch (one.kind) {
      case Kind::text: {
        auto const same = line.substr(at, one.text.size());
        bool const fits = std::equal(same.begin(), same.end(), one.text.begin(), one.text.end(),
                                     [](char a, char b) { return lower(a) == b; });
        return fits && from(part + 1, at + one.text.size());
      }
      case Kind::blank: {
        auto const length = run(blank);
        return length > 0 && from(part + 1, at + length);
      }
      case Kind::number:
        return longest_first(run(of_number), 1, goes_on);
      case Kind::code:
        return longest_first(run([](char c) { return !blank(c) && c != '\n'; }), 1, goes_on);
      case Kind::name:
        return shortest_first(run([](char c) { return c != '\n'; }), 1, goes_on);
      case Kind::anything:
        return shortest_first(line.size() - at, 0, goes_on);
    }
    return false;
  }

  template <class Next>
  static bool longest_first(std::size_t most, std::size_t least, Next next) {
    for (auto length = most; length >= least && length > 0; --length) {
      if (next(length)) return true;
    }
    return false;
  }

  template <class Next>
  static bool shortest_first(std::size_t most, std::size_t least, Next next) {
    for (auto length = least; length <= most; ++length) {
      if (next(length)) return true;
    }
    return false;
  }
};

bool LineTemplate::match(std::string_view line, TemplateFields& fields) const {
  Search search{parts_, line};
  if (!search.from(0, 0)) return false;
  fields = {};
  for (std::size_t n = 0; n < parts_.size(); ++n) {
    auto const& field = parts_[n].text;
    if (parts_[n].kind < Kind::name) continue;
    if (field == "name") fields.name = trimmed(search.taken[n]);
    if (field == "code") fields.code = trimmed(search.taken[n]);
    if (field == "qty") fields.qty = search.taken[n];
    if (field == "price") fields.price = search.taken[n];
    if (field == "amount") fields.amount = search.taken[n];
  }
  return true;
}

}  // namespace tillcue::pos
