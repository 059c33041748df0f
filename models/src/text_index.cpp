#include "text_index.hpp"

namespace tillcue::models {

std::uint32_t TextIndex::append(std::string_view text) {
  arena_.insert(arena_.end(), text.begin(), text.end());
  begin_.push_back(arena_.size());
  return size() - 1;
}

std::uint32_t TextIndex::add(std::string_view text, std::uint64_t hash) {
  auto const number = append(text);
  if (std::size_t{size()} * 2 > slots_.size()) {
    spread(slots_.size() * 2);
  } else {
    place(number, hash);
  }
  return number;
}

/// Gives all texts a place among so many slots.
void TextIndex::spread(std::size_t slots) {
  std::vector<Slot>(slots, Slot{0, 0, kNone, 0}).swap(slots_);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots));
  for (std::uint32_t n = 0; n < size(); ++n) place(n, text_hash(text(n)));
}

void TextIndex::place(std::uint32_t number, std::uint64_t hash) noexcept {
  auto at = home_of(hash);
  while (slots_[at].number != kNone) at = after(at);
  auto const size = static_cast<std::uint16_t>(begin_[number + 1] - begin_[number]);
  slots_[at] = {tag_of(hash), size, number, is_short(size) ? hash : begin_[number]};
}

/// Below 0, 0 or above: before, the same as or beyond the last one.
int RisingIndex::order_of(std::string_view text) const noexcept {
  if (size_ == 0) return 1;
  auto const last = sizes_.back().bytes;
  if (text.size() != last) return text.size() > last ? 1 : -1;
  return text.compare(std::string_view(texts_).substr(texts_.size() - last));
}

std::uint32_t RisingIndex::number_of(std::string_view text, std::uint64_t hash) {
  if (rising_) {
    auto const order = order_of(text);
    if (order == 0) return size_ - 1;
    if (order > 0) {
      if (size_ == 0 || text.size() > sizes_.back().bytes) sizes_.push_back({text.size(), size_});
      texts_ += text;
      return size_++;
    }
    stop_rising();
  }
  auto const number = index_.find(text, hash);
  return number != TextIndex::kNone ? number : index_.add(text, hash);
}

std::uint32_t RisingIndex::find(std::string_view text, std::uint64_t hash) {
  if (rising_) stop_rising();
  return index_.find(text, hash);
}

/// Gives all texts their slots.
void RisingIndex::stop_rising() {
  rising_ = false;
  index_.arena_.reserve(texts_.capacity());
  index_.begin_.reserve(size_ + 1);
  std::string_view left = texts_;
  for (std::size_t n = 0; n < sizes_.size(); ++n) {
    auto const behind = n + 1 < sizes_.size() ? sizes_[n + 1].first : size_;
    for (auto number = sizes_[n].first; number < behind; ++number) {
      index_.append(left.substr(0, sizes_[n].bytes));
      left.remove_prefix(sizes_[n].bytes);
    }
  }
  index_.spread(std::bit_ceil(std::size_t{size_} * 2 + 2));
  std::string().swap(texts_);
}

void RisingIndex::expect(std::size_t texts) {
  if (rising_) {
    if (size_ > 0) texts_.reserve(texts_.size() / size_ * (texts + 1));
    return;
  }
  index_.arena_.reserve(index_.arena_.size() / size() * (texts + 1));
  index_.begin_.reserve(texts + 1);
}

}  // namespace tillcue::models
