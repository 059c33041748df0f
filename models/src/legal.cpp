#include "tillcue/models/legal.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "shipped_text.hpp"
#include "word_patterns.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::json;

struct PackWords {
  WordPatterns categories, names, except, always_except;
};

/// All that is shipped, read once. A fault in it is a fault of ours.
struct Shelf {
  std::vector<LegalPack> packs;
  std::vector<PackWords> words;
  std::vector<std::string> everywhere;
  std::map<std::string, std::vector<std::string>, std::less<>> countries;
};

[[noreturn]] void slip(std::string_view name, char const* what) {
  std::fprintf(stderr, "legal pack %.*s: %s\n", static_cast<int>(name.size()), name.data(), what);
  std::abort();
}

void add_words(Json const& by_language, WordPatterns& out) {
  for (auto const& [language, patterns] : by_language.items()) {
    for (auto const& pattern : patterns) out.add(pattern.get_ref<std::string const&>());
  }
}

void read_pack(Json const& json, Shelf& shelf) {
  LegalPack pack{json.at("pack").get<std::string>(), json.at("title").get<std::string>()};
  for (auto const& deed : json.at("does")) {
    auto const& word = deed.get_ref<std::string const&>();
    bool* const flag = word == "never_offered"         ? &pack.never_offered
                       : word == "not_counted"         ? &pack.not_counted
                       : word == "no_volume_promotion" ? &pack.no_volume_promotion
                       : word == "no_trigger"          ? &pack.no_trigger
                                                       : nullptr;
    if (flag == nullptr) slip(pack.name, "does something unknown");
    *flag = true;
  }
  PackWords words;
  add_words(json.at("categories"), words.categories);
  add_words(json.at("names"), words.names);
  add_words(json.at("except"), words.except);
  add_words(json.at("always_except"), words.always_except);
  shelf.packs.push_back(std::move(pack));
  shelf.words.push_back(std::move(words));
}

void read_countries(Json const& json, Shelf& shelf) {
  shelf.everywhere = json.at("default").get<std::vector<std::string>>();
  for (auto const& [country, packs] : json.at("countries").items()) {
    shelf.countries.emplace(country, packs.get<std::vector<std::string>>());
  }
}

Shelf read_shelf() {
  Shelf shelf;
  for (auto const& [name, text] : shipped_texts()) {
    if (name == "campaigns.schema") continue;
    try {
      auto const json = Json::parse(text, nullptr, true, true);
      if (name == "countries")
        read_countries(json, shelf);
      else
        read_pack(json, shelf);
    } catch (Json::exception const& error) {
      slip(name, error.what());
    }
  }
  return shelf;
}

Shelf const& shelf() {
  static Shelf const read = read_shelf();
  return read;
}

PackWords const& words_of(LegalPack const& pack) {
  return shelf().words[static_cast<std::size_t>(&pack - shelf().packs.data())];
}

std::string caught_by(PackWords const& words, std::string_view category_name, std::vector<std::string> const& category,
                      std::vector<std::string> const& name) {
  bool const by_category = !words.categories.find(category).empty();
  auto const word = words.names.find(name);
  if (!by_category && word.empty()) return {};
  if (!words.always_except.find(name).empty()) return {};
  if (by_category) return "category: " + std::string(category_name);
  return words.except.find(name).empty() ? "name: " + std::string(word) : std::string();
}

}  // namespace

std::span<LegalPack const> legal_packs() { return shelf().packs; }

LegalPack const* find_pack(std::string_view name) {
  auto const packs = legal_packs();
  auto const found = std::find_if(packs.begin(), packs.end(), [&](LegalPack const& pack) { return pack.name == name; });
  return found == packs.end() ? nullptr : &*found;
}

std::string known_packs() {
  std::string text;
  for (auto const& pack : legal_packs()) text += (text.empty() ? "" : ", ") + pack.name;
  return text;
}

bool knows_country(std::string_view country) { return shelf().countries.find(country) != shelf().countries.end(); }

std::string known_countries() {
  std::string text;
  for (auto const& entry : shelf().countries) text += (text.empty() ? "" : ", ") + entry.first;
  return text;
}

std::vector<LegalPack const*> packs_of(LegalChoice const& choice) {
  auto names = choice.own_packs ? choice.packs : shelf().everywhere;
  if (auto const found = shelf().countries.find(choice.country);
      !choice.own_packs && found != shelf().countries.end()) {
    names.insert(names.end(), found->second.begin(), found->second.end());
  }
  std::vector<LegalPack const*> packs;
  for (auto const& pack : legal_packs()) {
    if (std::find(names.begin(), names.end(), pack.name) != names.end()) packs.push_back(&pack);
  }
  return packs;
}

std::string caught_by(LegalPack const& pack, std::string_view category, std::string_view name) {
  return caught_by(words_of(pack), category, folded_words(category), folded_words(name));
}

std::vector<LegalCatch> legal_catches(LegalChoice const& choice, BundleSource const& source) {
  std::vector<std::vector<std::string>> categories, names;
  for (auto const& category : source.categories) categories.push_back(folded_words(category));
  for (auto const& item : source.items) names.push_back(folded_words(item.name));
  std::set<std::string_view> const except(choice.except.begin(), choice.except.end());
  std::vector<std::string> const none;
  std::vector<LegalCatch> catches;
  for (auto const* const pack : packs_of(choice)) {
    auto const& words = words_of(*pack);
    for (std::uint32_t n = 0; n < source.items.size(); ++n) {
      auto const& item = source.items[n];
      if (except.count(item.sku) > 0) continue;
      bool const placed = item.category >= 0;
      auto const at = static_cast<std::size_t>(placed ? item.category : 0);
      auto why =
          caught_by(words, placed ? source.categories[at] : std::string(), placed ? categories[at] : none, names[n]);
      if (!why.empty()) catches.push_back({pack, n, std::move(why)});
    }
  }
  return catches;
}

}  // namespace tillcue::models
