#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/pos/name_matcher.hpp"

namespace tillcue::pos {

enum class AliasOrigin : std::uint8_t {
  head_office,  ///< holds against everything
  learned,      ///< heard together with its code at this till
};

/// Names that are known to mean an item, whatever the item is called: `text,sku[,price]`, a header first. With a price
/// the name means the item at that price only.
/// Bounds   kMost names; further learned ones are not kept.  Threads  one.
class AliasBook {
 public:
  static constexpr std::size_t kMost = 20'000;

  explicit AliasBook(Currency currency) : currency_(currency) {}

  /// Adds the rows of a CSV text; how many. A row of head office replaces what was learned.
  /// Errors  invalid: file, line and what is wrong with it; nothing is added then.
  Result<std::size_t> read(std::string_view csv, std::string_view file, AliasOrigin origin);

  /// Head office says so; what is said later replaces it.
  void tell(HeardName const& said, Sku const& sku);
  /// A name was heard together with its code. A name that was heard for two items at one price means neither.
  void learn(HeardName const& heard, Sku const& sku);

  /// At the price heard, else when everything the name stands for is one item; what head office said of a price is not
  /// true of another.
  [[nodiscard]] std::optional<Sku> find(HeardName const& heard) const;

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
  /// Counts the changes that learned_csv() would show.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }
  /// What was learned, as read() takes it; contested names included, with an empty SKU.
  [[nodiscard]] std::string learned_csv() const;

 private:
  struct Meaning {
    std::optional<std::int64_t> price_minor;
    Sku sku;  ///< empty: contested
    AliasOrigin origin = AliasOrigin::learned;
    std::string text;  ///< as first heard
  };

  void set(std::string key, Meaning meaning);

  Currency currency_;
  std::unordered_map<std::string, std::vector<Meaning>> names_;
  std::uint64_t revision_ = 0;
};

}  // namespace tillcue::pos
