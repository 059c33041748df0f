#include "relatives.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace tillcue::models {
namespace {

/// A word on more items than this tells nothing that rarer words or the category do not tell.
constexpr std::size_t kCommonWord = 2000;

bool part_of_word(unsigned char byte) {
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/// Small letters: ASCII, and the Russian alphabet in UTF-8 (U+0410..U+042F, U+0401).
std::string small_letters(std::string_view word) {
  std::string out;
  for (std::size_t n = 0; n < word.size(); ++n) {
    auto const byte = static_cast<unsigned char>(word[n]);
    auto const next = n + 1 < word.size() ? static_cast<unsigned char>(word[n + 1]) : 0U;
    if (byte >= 'A' && byte <= 'Z') {
      out += static_cast<char>(byte - 'A' + 'a');
    } else if (byte == 0xD0 && next >= 0x90 && next <= 0xAF) {
      out += static_cast<char>(next < 0xA0 ? 0xD0 : 0xD1);
      out += static_cast<char>(next < 0xA0 ? next + 0x20 : next - 0x20);
      ++n;
    } else if (byte == 0xD0 && next == 0x81) {
      out += "\xD1\x91";
      ++n;
    } else {
      out += word[n];
    }
  }
  return out;
}

bool louder(Relative const& a, Relative const& b) {
  return a.weight != b.weight ? a.weight > b.weight : a.item < b.item;
}

void keep_loudest(std::vector<Relative>& list) {
  auto const count = std::min(list.size(), Relatives::kMost);
  std::partial_sort(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count), list.end(), louder);
  list.resize(count);
}

}  // namespace

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < name.size();) {
    auto end = at;
    while (end < name.size() && part_of_word(static_cast<unsigned char>(name[end]))) ++end;
    auto const word = name.substr(at, end - at);
    if (word.size() > 1) words.push_back(small_letters(word));
    at = std::max(end, at + 1);
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

Relatives::Relatives(BundleSource const& source, Catalogue const& catalogue, std::span<std::uint32_t const> baskets,
                     std::span<char const> proven)
    : members_(source.categories.size()) {
  for (std::uint32_t n = 0; n < source.items.size(); ++n) {
    volume_.push_back(std::sqrt(static_cast<double>(baskets[n])));
    category_of_.push_back(source.items[n].category);
    if (category_of_[n] >= 0 && proven[n] != 0) members_[static_cast<std::size_t>(category_of_[n])].push_back(n);
  }
  for (auto& members : members_) {
    std::stable_sort(members.begin(), members.end(), [&](auto a, auto b) { return baskets[a] > baskets[b]; });
  }
  index_words(source, catalogue, proven);
}

void Relatives::index_words(BundleSource const& source, Catalogue const& catalogue, std::span<char const> proven) {
  std::unordered_map<std::string, std::uint32_t> number;
  words_.resize(source.items.size());
  for (std::uint32_t n = 0; n < source.items.size(); ++n) {
    auto const* const known = catalogue.find(source.items[n].sku);
    if (known == nullptr) continue;  // an item named by its SKU has no words
    for (auto const& word : words_of(known->name + ' ' + known->brand)) {
      auto const place = number.try_emplace(word, static_cast<std::uint32_t>(named_.size())).first->second;
      if (place == named_.size()) named_.emplace_back();
      words_[n].push_back(place);
      if (proven[n] != 0) named_[place].push_back(n);
    }
  }
  auto const all = static_cast<double>(std::count(proven.begin(), proven.end(), 1));
  for (auto const& items : named_) {
    auto const idf = std::log(1 + all / static_cast<double>(std::max<std::size_t>(1, items.size())));
    rarity_.push_back(idf * idf);
  }
  for (auto const& words : words_) {
    double sum = 0;
    for (auto const word : words) sum += rarity_[word];
    length_.push_back(std::sqrt(sum));
  }
}

void Relatives::by_name(std::uint32_t item, std::vector<Relative>& out) const {
  out.clear();
  std::unordered_map<std::uint32_t, double> shared;
  for (auto const word : words_[item]) {
    if (named_[word].size() > kCommonWord) continue;
    for (auto const other : named_[word]) {
      if (other != item) shared[other] += rarity_[word];
    }
  }
  for (auto const& [other, sum] : shared) {
    auto const cosine = sum / (length_[item] * length_[other]);
    // Sharply: one close relative is worth more than a crowd of distant ones.
    out.push_back({other, cosine * cosine * cosine * cosine * volume_[other]});
  }
  keep_loudest(out);
}

void Relatives::by_category(std::uint32_t item, std::vector<Relative>& out) const {
  out.clear();
  for (auto const other : category(category_of_[item])) {
    if (other == item) continue;
    out.push_back({other, volume_[other]});
    if (out.size() == kMost) break;
  }
}

std::span<std::uint32_t const> Relatives::category(std::int32_t category) const noexcept {
  if (category < 0) return {};
  return members_[static_cast<std::size_t>(category)];
}

}  // namespace tillcue::models
