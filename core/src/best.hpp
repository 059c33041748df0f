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
  static constexpr struct InOrder {
  } in_order{};

  explicit Best(std::span<Scored> out) noexcept : Best(out, out.size() <= kFew) {}
  /// Many in order too: for what comes nearly so.
  Best(std::span<Scored> out, InOrder /*tag*/) noexcept : Best(out, true) {}

  [[nodiscard]] std::size_t depth() const noexcept { return out_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool wants(Scored const& scored) const noexcept {
    return size_ < out_.size() || better(scored, ordered() ? out_.back() : out_.front());
  }
  [[nodiscard]] bool has(ItemIx item) const noexcept {
    return std::any_of(out_.begin(), end(), [&](Scored const& s) { return s.item == item; });
  }
  /// Only what it wants.
  void take(Scored const& scored) noexcept {
    if (ordered()) return insert(scored);
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
    if (!ordered()) std::sort_heap(out_.begin(), end(), better);
    return size_;
  }

 private:
  static constexpr std::size_t kFew = 16;

#if defined(TILLCUE_CONTROLLER)
  Best(std::span<Scored> out, bool /*ordered*/) noexcept : out_(out) {}
  static constexpr bool ordered() noexcept { return true; }  // TILLCUE_TABLE_MOST_OFFERS at most: no room for a heap
#else
  Best(std::span<Scored> out, bool ordered) noexcept : out_(out), ordered_(ordered) {}
  [[nodiscard]] bool ordered() const noexcept { return ordered_; }
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
#if !defined(TILLCUE_CONTROLLER)
  bool ordered_;
#endif
};

}  // namespace tillcue::scoring
