#include "text_index.hpp"

namespace tillcue::models {

std::uint32_t TextIndex::add(std::string_view text, std::uint64_t hash) {
  auto const number = size();
  arena_.insert(arena_.end(), text.begin(), text.end());
  begin_.push_back(arena_.size());
  if (std::size_t{size()} * 2 > slots_.size()) {
    std::vector<Slot>(slots_.size() * 2, Slot{0, 0, kNone, 0}).swap(slots_);
    for (std::uint32_t n = 0; n < number; ++n) place(n, text_hash(this->text(n)));
  }
  place(number, hash);
  return number;
}

void TextIndex::place(std::uint32_t number, std::uint64_t hash) noexcept {
  auto at = hash & (slots_.size() - 1);
  while (slots_[at].number != kNone) at = (at + 1) & (slots_.size() - 1);
  auto const size = static_cast<std::uint16_t>(begin_[number + 1] - begin_[number]);
  slots_[at] = {tag_of(hash), size, number, is_short(size) ? hash : begin_[number]};
}

}  // namespace tillcue::models
