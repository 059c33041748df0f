#include "backlog.hpp"

#include <algorithm>

namespace tillcue::pos {

void Backlog::add(std::span<std::byte const> bytes, PrinterState const& before) {
  if (bytes_.size() + bytes.size() > kMost) {
    from_ += bytes_.size();
    state_ = before;
    bytes_.clear();
    ends_.clear();
  }
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Backlog::end() {
  auto const at = from_ + bytes_.size();
  if (bytes_.empty() || ends_.size() == kMostEnds || (!ends_.empty() && ends_.back() == at)) return;
  ends_.push_back(at);
}

void Backlog::heard(std::uint64_t to) {
  if (to <= from_ || to > from_ + bytes_.size()) return;
  auto const count = static_cast<std::ptrdiff_t>(to - from_);
  Tokenizer tokens(state_.language());
  auto const sink = [this](Token const& token) { state_.take(token); };
  tokens.feed(std::span(bytes_).first(static_cast<std::size_t>(count)), sink);
  tokens.finish(sink);
  bytes_.erase(bytes_.begin(), bytes_.begin() + count);
  from_ = to;
  ends_.erase(ends_.begin(), std::upper_bound(ends_.begin(), ends_.end(), to));
}

}  // namespace tillcue::pos
