#include "bench/score_peers.hpp"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace bench {

using namespace tillcue;

namespace {

/// Adds up bytes eight at a time: in four lanes of 16 bits, emptied before they can run over.
std::uint64_t sum_of(std::byte const* at, std::size_t size) {
  constexpr std::uint64_t kLanes = 0x00FF'00FF'00FF'00FFU;
  std::uint64_t sum = 0;
  while (size >= 8) {
    std::uint64_t lanes = 0;
    for (int n = 0; n < 30 && size >= 8; ++n, at += 8, size -= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      lanes += (word & kLanes) + (word >> 8U & kLanes);
    }
    sum += (lanes * 0x0001'0001'0001'0001U) >> 48U;
  }
  for (; size > 0; ++at, --size) sum += std::to_integer<std::uint64_t>(*at);
  return sum;
}

constexpr auto better = [](Csr::Place const& a, Csr::Place const& b) {
  return a.score != b.score ? a.score > b.score : a.item < b.item;
};

constexpr std::uint8_t kTouched = 1, kHeld = 2;

}  // namespace

std::uint64_t sum_bytes(Bundle const& bundle, std::span<ItemIx const> basket) {
  std::uint64_t sum = 0;
  for (auto item : basket) {
    auto const row = bundle.row_bytes(item);
    sum += sum_of(row.data(), row.size());
  }
  return sum;
}

Csr::Csr(Bundle const& bundle) : bundle_(bundle), begins_{0} {
  for (std::uint32_t n = 0; n < bundle.item_count(); ++n) {
    for (auto const& entry : bundle.row(ItemIx{n})) {
      targets_.push_back(index(entry.target));
      weights_.push_back(static_cast<float>(entry.contribution));
    }
    begins_.push_back(static_cast<std::uint32_t>(targets_.size()));
    bias_.push_back(static_cast<float>(bundle.bias(ItemIx{n})));
  }
  sums_ = bias_;
  marks_.resize(bundle.item_count());
  touched_.resize(bundle.item_count() + 1);
}

void Csr::clear() {
  for (std::size_t n = 0; n < touched_count_; ++n) {
    sums_[touched_[n]] = bias_[touched_[n]];
    marks_[touched_[n]] = 0;
  }
  touched_count_ = 0;
}

void Csr::assign(std::span<ItemIx const> basket) {
  clear();
  auto count = touched_count_;
  auto* const sums = sums_.data();
  auto* const marks = marks_.data();
  auto* const touched = touched_.data();
  for (auto item : basket) {
    touched[count] = index(item);
    count += marks[index(item)] == 0 ? 1 : 0;
    marks[index(item)] |= kHeld;
    auto const end = begins_[index(item) + 1];
    for (auto n = begins_[index(item)]; n < end; ++n) {
      auto const target = targets_[n];
      sums[target] += weights_[n];
      auto const mark = marks[target];
      touched[count] = target;
      count += mark == 0 ? 1 : 0;
      marks[target] = mark | kTouched;
    }
  }
  touched_count_ = count;
}

std::size_t Csr::top(std::span<Place> out) {
  std::size_t size = 0;
  auto const end = [&] { return out.begin() + static_cast<std::ptrdiff_t>(size); };
  auto const offer = [&](Place place) {
    if (size == out.size()) {
      if (!better(place, out.front())) return false;
      std::pop_heap(out.begin(), end(), better);
      out.back() = place;
    } else {
      out[size++] = place;
    }
    std::push_heap(out.begin(), end(), better);
    return true;
  };
  for (std::size_t n = 0; n < touched_count_; ++n) {
    if ((marks_[touched_[n]] & kHeld) == 0) offer({touched_[n], sums_[touched_[n]]});
  }
  for (std::size_t n = 0; n < bundle_.popular_count(); ++n) {
    auto const item = index(bundle_.popular(n));
    if (marks_[item] == 0 && !offer({item, bias_[item]})) break;
  }
  std::sort_heap(out.begin(), end(), better);
  return size;
}

void flush(void const* begin, std::size_t size) {
#if defined(__x86_64__)
  auto const* const bytes = static_cast<char const*>(begin);
  for (std::size_t n = 0; n < size; n += 64) _mm_clflush(bytes + n);
  _mm_mfence();
#else
  (void)begin, (void)size;
#endif
}

void flush_rows(Bundle const& bundle, std::span<ItemIx const> basket) {
  for (auto item : basket) {
    auto const row = bundle.row_bytes(item);
    flush(row.data(), row.size() + 63);
  }
}

}  // namespace bench
