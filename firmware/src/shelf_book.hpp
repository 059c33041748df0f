#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/sync/live_store.hpp"

namespace tillcue::terminal {

/// Which items usually sell at this till and have not for far longer than chance allows: they are probably out of stock
/// (D7). Time is counted in finished sales, so closed doors and quiet hours do not matter.
///
/// An item bought c times in E sales, of late, would not be bought in the n that followed with the chance (E / (E +
/// n))^c (a Poisson rate with what is not known of it: gamma prior, negative binomial). Below kChance it is held, if
/// the gap is also twice the longest it has had: what sells in the morning only has long gaps every day. Few purchases
/// make no chance small: a slow seller is never held by this alone. The next sale of the item ends it. Threads  one.
class ShelfBook {
 public:
  static constexpr std::size_t kMost = 8192;     ///< items; beyond, those bought least are forgotten
  static constexpr std::size_t kMostHeld = 128;  ///< at once, the surest
  static constexpr double kChance = 1e-5;
  static constexpr double kLeastCount = 8;   ///< purchases before anything is said of an item
  static constexpr double kHalfLife = 4000;  ///< sales
  static constexpr std::int64_t kLook = 16;  ///< sales between two looks at all of them

  /// A sale was finished; `skus` may repeat.
  void sold(std::vector<std::string> const& skus);
  /// It is on the shelf: somebody scanned it, or the till says so. True when it was held.
  bool seen(std::string_view sku);
  /// Probably out of stock now.
  [[nodiscard]] std::set<std::string, std::less<>> const& held() const noexcept { return held_; }

  /// After a restart.
  void restore(sync::ShelfRows rows);
  [[nodiscard]] std::int64_t sales() const noexcept { return sales_; }
  /// What is not kept yet, by SKU.
  [[nodiscard]] std::vector<sync::ShelfChange> changes() const;
  void kept();
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

 private:
  /// Numbers of sales end here: a sale a second for 68 years.
  static constexpr std::int64_t kLastSale = (std::int64_t{1} << 31U) - 1;
  /// 48 bytes, because up to kMost of them are most of what a terminal with a large catalogue remembers.
  struct Item {
    std::string sku;
    std::uint32_t first : 31, changed : 1, last : 31, on_disk : 1;
    float count = 0, longest = 0;
  };

  [[nodiscard]] double since(Item const& item) const noexcept;
  [[nodiscard]] std::size_t slot_of(std::string_view sku) const noexcept;
  Item* find(std::string_view sku) noexcept;
  Item& add(std::string const& sku);
  void index_again();
  void look();
  void forget_some();
  void forget(Item const& item);

  std::int64_t sales_ = 0;
  std::vector<Item> items_;
  std::vector<std::uint16_t> slots_;  ///< place in items_ and 1, found by hash; at most half are taken
  std::vector<std::string> gone_;     ///< on the disk and not here
  std::set<std::string, std::less<>> held_;
};

}  // namespace tillcue::terminal
