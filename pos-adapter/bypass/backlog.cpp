#include "backlog.hpp"

#include <algorithm>

namespace tillcue::pos {

void Backlog::add(std::span<std::byte const> bytes, PrinterState const& before) {
  if (bytes_.size() + bytes.size() > kMost) give_up(before);
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Backlog::end() {
  auto const at = from_ + bytes_.size();
  if (bytes_.empty() || ends_.size() == kMostEnds || (!ends_.empty() && ends_.back() == at)) return;
  ends_.push_back(at);
}

bool Backlog::retell(PrinterState const& now) {
  bool const in_vain = !bytes_.empty() && tellings_ == kMostTellings;
  if (in_vain) give_up(now);
  if (!bytes_.empty()) ++tellings_;
  return in_vain;
}

void Backlog::give_up(PrinterState const& now) {
  from_ += bytes_.size();
  state_ = now;
  bytes_.clear();
  ends_.clear();
  tellings_ = 0;
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
  tellings_ = 0;
  ends_.erase(ends_.begin(), std::upper_bound(ends_.begin(), ends_.end(), to));
}

}  // namespace tillcue::pos
