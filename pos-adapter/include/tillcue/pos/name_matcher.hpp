#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/sku.hpp"

namespace tillcue::pos {

/// What a line is sold as whose item nobody knows (kOpenName); a long name is cut at a character's boundary.
Sku open_sku(std::string_view heard);

/// One item of the catalogue, as head office calls it.
struct NamedItem {
  std::string_view sku;
  std::string_view name;  ///< UTF-8
  std::optional<std::int64_t> price_minor{};
};

/// An item as a display, a receipt or a feed names it.
struct HeardName {
  std::string_view text;                      ///< UTF-8; what its code table lacked is U+FFFD or '?'
  std::optional<std::int64_t> price_minor{};  ///< of one unit
  std::size_t cut_at = 0;  ///< characters the feed has room for; 0: not known. A shorter text is no cut one
};

enum class MatchHow : std::uint8_t {
  unknown,      ///< nothing fits: ask head office
  ambiguous,    ///< several fit and nothing tells them apart: as good as unknown, and said so
  alias,        ///< learned, or told by head office
  whole,        ///< the whole name
  cut,          ///< the beginning of one name only
  abbreviated,  ///< its words are shortened words of one name only
};

std::string_view name(MatchHow how) noexcept;

struct NameMatch {
  MatchHow how = MatchHow::unknown;
  Sku sku{};  ///< empty when unknown or ambiguous
  explicit operator bool() const noexcept { return !sku.empty(); }
};

/// Finds the item behind a name that a till has folded, cut or abbreviated. Says nothing rather than something wrong:
/// a name is taken only when one single item fits it, with the price as evidence where there is one.
/// Cost     a look-up takes microseconds; building, memory: about 100 bytes an item (README).
/// Threads  any; it does not change.
class NameMatcher {
 public:
  static constexpr std::size_t kMaxName = 200;  ///< bytes of a name that are looked at

  /// Copies what it needs.
  explicit NameMatcher(std::span<NamedItem const> items);
  ~NameMatcher();
  NameMatcher(NameMatcher&&) noexcept;
  NameMatcher& operator=(NameMatcher&&) noexcept;

  [[nodiscard]] NameMatch find(HeardName const& heard) const;
  [[nodiscard]] std::size_t size() const noexcept;
  /// Of the index, in bytes.
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  class Index;
  std::unique_ptr<Index> index_;
};

}  // namespace tillcue::pos
