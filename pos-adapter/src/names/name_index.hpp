#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/pos/name_matcher.hpp"

namespace tillcue::pos {

/// Every form of every name in one sorted list, and the items by the first letters of their first two words and their
/// price. Items are numbered as given.
class NameMatcher::Index {
 public:
  static constexpr std::size_t kMostLooked = 4096;  ///< items one look-up compares; a vaguer name is unknown
  static constexpr std::int64_t kNoPrice = std::numeric_limits<std::int64_t>::min();

  /// What fits, as far as it matters: none, exactly one, or more.
  struct Found {
    std::size_t count = 0;
    std::uint32_t item = 0;
    void add(std::uint32_t one) noexcept {
      if (count > 0 && one == item) return;
      ++count;
      item = one;
    }
  };
  /// Items, each once, up to some more than are ever asked about.
  struct Some {
    std::array<std::uint32_t, 8> items{};
    std::size_t count = 0;
    void add(std::uint32_t one) noexcept {
      auto const end = items.begin() + static_cast<std::ptrdiff_t>(count);
      if (count < items.size() && std::find(items.begin(), end, one) == end) items[count++] = one;
    }
  };
  struct Fits {
    Found any, priced;  ///< whatever it costs; at the price asked for
    Some near;          ///< that might be sold at that price, those that cost it among them
  };
  /// A special offer or a tax may move a price, but not to another kind of thing.
  [[nodiscard]] static bool near(std::int64_t heard, std::int64_t known) noexcept {
    return heard > 0 && known > 0 && heard <= 2 * known && known <= 2 * heard;
  }

  explicit Index(std::span<NamedItem const> items);

  /// Items one of whose forms is `form`, or begins with it.
  [[nodiscard]] Fits whole(std::string_view form, std::optional<std::int64_t> price) const;
  [[nodiscard]] Fits beginning(std::string_view form, std::optional<std::int64_t> price) const;
  /// Items that `heard` abbreviates; with a price only those that cost it.
  [[nodiscard]] Found abbreviated(std::string_view heard, std::optional<std::int64_t> price, bool cut) const;

  [[nodiscard]] std::string_view sku(std::uint32_t item) const noexcept { return text(items_[item].sku); }
  [[nodiscard]] std::int64_t price(std::uint32_t item) const noexcept { return items_[item].price; }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  struct Text {
    std::uint32_t from = 0;
    std::uint32_t size = 0;
  };
  struct Item {
    Text sku, name;
    std::int64_t price = kNoPrice;
  };
  struct Form {
    Text text;
    std::uint32_t item = 0;
  };
  struct Initial {
    std::uint32_t letters = 0;
    std::uint32_t item = 0;
  };

  Text keep(std::string_view bytes);
  [[nodiscard]] std::string_view text(Text where) const noexcept {
    return std::string_view(pool_).substr(where.from, where.size);
  }
  void add(NamedItem const& item);
  void sort();
  template <class Fit>
  [[nodiscard]] Fits from(std::string_view form, std::optional<std::int64_t> price, Fit fit) const;

  std::string pool_;
  std::vector<Item> items_;
  std::vector<Form> forms_;
  std::vector<Initial> initials_;  ///< by letters, then price
};

}  // namespace tillcue::pos
