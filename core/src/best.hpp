#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "tillcue/core/candidates.hpp"

namespace tillcue::scoring {

// A lambda and no function, so that the heap's comparisons are inlined.
constexpr auto better = [](Scored const& a, Scored const& b) noexcept {
  return a.score != b.score ? a.score > b.score : index(a.item) < index(b.item);
};

/// The best so far: a few in order, many in a heap whose front is the worst of them.
class Best {
 public:
  explicit Best(std::span<Scored> out) noexcept : out_(out) {}

  [[nodiscard]] std::size_t depth() const noexcept { return out_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool wants(Scored const& scored) const noexcept {
    return size_ < out_.size() || better(scored, few() ? out_.back() : out_.front());
  }
  [[nodiscard]] bool has(ItemIx item) const noexcept {
    return std::any_of(out_.begin(), end(), [&](Scored const& s) { return s.item == item; });
  }
  /// Only what it wants.
  void take(Scored const& scored) noexcept {
    if (few()) return insert(scored);
    if (size_ < out_.size()) {
      out_[size_++] = scored;
    } else {
      std::pop_heap(out_.begin(), out_.end(), better);
      out_.back() = scored;
    }
    std::push_heap(out_.begin(), end(), better);
  }
  void clear() noexcept { size_ = 0; }
  /// Best first; returns how many.
  std::size_t sort() noexcept {
    if (!few()) std::sort_heap(out_.begin(), end(), better);
    return size_;
  }

 private:
  static constexpr std::size_t kFew = 16;

#if defined(TILLCUE_CONTROLLER)
  static constexpr bool few() noexcept { return true; }  // TILLCUE_TABLE_MOST_OFFERS at most: no room for a heap
#else
  [[nodiscard]] bool few() const noexcept { return out_.size() <= kFew; }
#endif
  [[nodiscard]] std::span<Scored>::iterator end() const noexcept {
    return out_.begin() + static_cast<std::ptrdiff_t>(size_);
  }
  void insert(Scored const& scored) noexcept {
    if (size_ < out_.size()) ++size_;
    auto n = size_ - 1;
    for (; n > 0 && better(scored, out_[n - 1]); --n) out_[n] = out_[n - 1];
    out_[n] = scored;
  }

  std::span<Scored> out_;
  std::size_t size_ = 0;
};

}  // namespace tillcue::scoring
