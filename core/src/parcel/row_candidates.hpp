#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

/// Rows that named items whose own rows are still to come. Memory is that of the links alive.
class Meetings {
 public:
  explicit Meetings(std::uint32_t items) : first_(items, kNone) {}

  void add(std::uint32_t target, std::uint32_t source, Meeting meeting, std::int32_t weight) {
    auto at = free_;
    if (at == kNone) {
      at = static_cast<std::uint32_t>(links_.size());
      links_.emplace_back();
    } else {
      free_ = links_[at].next;
    }
    // 22 bits of weight (format::kMaxLevel x 1,008) and 3 of meeting.
    links_[at] = {first_[target], source, weight * 8 + static_cast<std::int32_t>(meeting)};
    first_[target] = at;
  }

  /// visit(source, meeting, weight) for each row that named the item, the latest first; forgets them.
  template <class Visit>
  void take(std::uint32_t item, Visit const& visit) {
    for (auto at = first_[item]; at != kNone;) {
      auto const link = links_[at];
      visit(link.source, static_cast<Meeting>(link.said & 7), link.said >> 3);
      links_[at].next = free_;
      free_ = at;
      at = link.next;
    }
    first_[item] = kNone;
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  struct Link {
    std::uint32_t next, source;
    std::int32_t said;
  };
  std::vector<std::uint32_t> first_;
  std::vector<Link> links_;
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
