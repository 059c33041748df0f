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

/// The best so far in a heap whose front is the worst of them.
class Best {
 public:
  explicit Best(std::span<Scored> out) noexcept : out_(out) {}

  [[nodiscard]] std::size_t depth() const noexcept { return out_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool wants(Scored const& scored) const noexcept {
    return size_ < out_.size() || better(scored, out_.front());
  }
  [[nodiscard]] bool has(ItemIx item) const noexcept {
    return std::any_of(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(size_),
                       [&](Scored const& s) { return s.item == item; });
  }
  void take(Scored const& scored) noexcept {
    if (size_ < out_.size()) {
      out_[size_++] = scored;
    } else {
      std::pop_heap(out_.begin(), out_.end(), better);
      out_.back() = scored;
    }
    std::push_heap(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(size_), better);
  }
  void clear() noexcept { size_ = 0; }
  std::size_t sort() noexcept {
    std::sort_heap(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(size_), better);
    return size_;
  }

 private:
  std::span<Scored> out_;
  std::size_t size_ = 0;
};

}  // namespace tillcue::scoring
