#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/models/catalogue.hpp"

namespace tillcue::models {

/// An item whose row speaks for another one, and how loud.
struct Relative {
  std::uint32_t item = 0;
  double weight = 0;
};

/// The words of a name in small letters (Latin and Cyrillic), each once, sorted; single letters are none.
std::vector<std::string> words_of(std::string_view name);

/// Which proven items resemble an item: by rare words of name and brand, and by category.
/// Borrows nothing after construction.  Threads  any.
class Relatives {
 public:
  /// `proven`: per item, whether its row may be lent; `baskets`: its popularity.
  Relatives(BundleSource const& source, Catalogue const& catalogue, std::span<std::uint32_t const> baskets,
            std::span<char const> proven);

  /// At most kMost of each, loudest first, never `item` itself.
  static constexpr std::size_t kMost = 64;
  void by_name(std::uint32_t item, std::vector<Relative>& out) const;
  void by_category(std::uint32_t item, std::vector<Relative>& out) const;
  /// The proven items of the category, by falling popularity.
  [[nodiscard]] std::span<std::uint32_t const> category(std::int32_t category) const noexcept;

 private:
  void index_words(BundleSource const& source, Catalogue const& catalogue, std::span<char const> proven);

  std::vector<double> volume_;                       ///< per item: square root of its baskets
  std::vector<std::int32_t> category_of_;            ///< per item
  std::vector<std::vector<std::uint32_t>> members_;  ///< per category, proven items only
  std::vector<std::vector<std::uint32_t>> words_;    ///< per item
  std::vector<std::vector<std::uint32_t>> named_;    ///< per word: the proven items with it
  std::vector<double> rarity_;                       ///< per word: its inverse document frequency, squared
  std::vector<double> length_;                       ///< per item: of its vector of words
};

}  // namespace tillcue::models
