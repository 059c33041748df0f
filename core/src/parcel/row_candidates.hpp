#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace tillcue::parcel {

/// An entry by its distance from the row's own item: target = (source + 1 + step) mod items.
struct Entry {
  std::uint32_t step = 0;
  std::uint8_t code = 0;
};

struct Row {
  std::uint8_t scale_code = 0;  ///< 0: an empty row
  std::vector<Entry> entries;   ///< steps ascend
};

/// The same item's row in the base bundle, in the new bundle's numbers and units.
struct OldRow {
  struct Entry {
    std::uint32_t step;
    std::int32_t level;
  };
  bool known = false;
  std::int32_t scale = 0;  ///< in 1/16 of a scale step of the new bundle
  std::vector<Entry> entries;
};

/// What the other item's row, if it came before, says about this one.
enum class Meeting : std::uint8_t {
  ahead,    ///< its row is still to come
  absent,   ///< does not name this item
  fresh,    ///< names it, and did not in the base
  kept,     ///< names it, as it did in the base
  dropped,  ///< named it in the base only
};

/// A target that is likelier than others.
struct Candidate {
  std::uint32_t step = 0;
  Meeting meeting = Meeting::ahead;
  bool old = false;
  bool taken = false;
  std::int32_t old_level = 0;   ///< in the old row
  std::int32_t met_weight = 0;  ///< what the other row adds to this item: level x scale
  std::uint32_t hub = 0;        ///< 1 + place among the hubs
};

/// Rows that named items whose own rows are still to come. Memory is that of the links alive, 8 bytes each.
class Meetings {
 public:
  explicit Meetings(std::uint32_t items) : first_(items, kNone) {}

  void add(std::uint32_t target, std::uint32_t source, Meeting meeting, std::uint8_t code) {
    auto at = free_;
    if (at != kNone) {
      free_ = next_of(links_[at]);
    } else if (links_.size() < kNone) {
      at = static_cast<std::uint32_t>(links_.size());
      links_.push_back(0);
    } else {
      return;
    }
    links_[at] = std::uint64_t{first_[target]} | std::uint64_t{static_cast<std::uint8_t>(meeting)} << 29U |
                 std::uint64_t{source} << 32U | std::uint64_t{code} << 56U;
    first_[target] = at;
  }

  /// visit(source, meeting, code) for each row that named the item, the latest first; forgets them.
  template <class Visit>
  void take(std::uint32_t item, Visit const& visit) {
    for (auto at = first_[item]; at != kNone;) {
      auto const link = links_[at];
      visit(static_cast<std::uint32_t>(link >> 32U & 0xFF'FFFFU), static_cast<Meeting>(link >> 29U & 7U),
            static_cast<std::uint8_t>(link >> 56U));
      links_[at] = free_;
      free_ = at;
      at = next_of(link);
    }
    first_[item] = kNone;
  }

 private:
  /// Links are 29 bits of the next one, 3 of meeting, 24 of source (format::kMaxItems), 8 of code.
  static constexpr std::uint32_t kNone = (1U << 29U) - 1;
  static std::uint32_t next_of(std::uint64_t link) noexcept { return static_cast<std::uint32_t>(link) & kNone; }

  std::vector<std::uint32_t> first_;
  std::deque<std::uint64_t> links_;  ///< grows without being copied
  std::uint32_t free_ = kNone;
};

/// Brings what is known of each step together; the steps ascend afterwards.
inline void unite(std::vector<Candidate>& candidates) {
  std::sort(candidates.begin(), candidates.end(), [](auto const& a, auto const& b) { return a.step < b.step; });
  std::size_t size = 0;
  for (auto const& next : candidates) {
    if (size == 0 || candidates[size - 1].step != next.step) {
      candidates[size++] = next;
      continue;
    }
    auto& one = candidates[size - 1];
    if (next.old) one.old = true, one.old_level = next.old_level;
    if (next.meeting >= Meeting::fresh) one.meeting = next.meeting, one.met_weight = next.met_weight;
    if (next.hub != 0) one.hub = next.hub;
  }
  candidates.resize(size);
}

}  // namespace tillcue::parcel
