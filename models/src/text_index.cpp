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

std::uint32_t RisingIndex::number_of(std::string_view text, std::uint64_t hash) {
  if (rising_) {
    auto const last = size() > 0 ? index_.text(size() - 1) : std::string_view{};
    auto const order = size() == 0 || text.size() > last.size() ? 1
                       : text.size() == last.size()             ? text.compare(last)
                                                                : -1;
    if (order == 0) return size() - 1;
    if (order > 0) return index_.append(text);
    rising_ = false;
    index_.spread(std::bit_ceil(std::size_t{size()} * 2 + 2));
  }
  auto const number = index_.find(text, hash);
  return number != TextIndex::kNone ? number : index_.add(text, hash);
}

void RisingIndex::expect(std::size_t texts) {
  if (size() > 0) index_.arena_.reserve(index_.arena_.size() / size() * (texts + 1));
  index_.begin_.reserve(texts + 1);
}

}  // namespace tillcue::models
