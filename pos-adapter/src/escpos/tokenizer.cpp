#include <algorithm>

#include "command_length.hpp"
#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {
namespace {

constexpr bool introduces(std::uint8_t byte) {
  return byte == 0x10 || byte == 0x1B || byte == 0x1C || byte == 0x1D || byte == 0x1F;
}

}  // namespace

bool Token::is(char introducer, char code) const noexcept {
  return kind == TokenKind::command && byte(0) == static_cast<std::uint8_t>(introducer) &&
         byte(1) == static_cast<std::uint8_t>(code);
}

std::uint8_t Token::byte(std::size_t at) const noexcept {
  return at < bytes.size() ? std::to_integer<std::uint8_t>(bytes[at]) : std::uint8_t{0};
}

bool Token::is_cut() const noexcept {
  if (dialect == Dialect::star) return is('\x1B', 'd');
  if (dialect == Dialect::bematech && is('\x1B', 'w')) return true;
  return is('\x1D', 'V') || is('\x1B', 'i') || is('\x1B', 'm');
}

void Tokenizer::feed(std::span<std::byte const> bytes, Sink const& sink) {
  while (!bytes.empty()) {
    if (in_command_ && complete_at_wanted_) {  // the data of a picture: in one go
      auto const n = static_cast<std::size_t>(std::min<std::uint64_t>(wanted_ - seen_, bytes.size()));
      auto const kept = std::min(n, kMaxHeld - std::min(kMaxHeld, held_.size()));
      held_.insert(held_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept));
      seen_ += n;
      bytes = bytes.subspan(n);
      if (seen_ == wanted_) emit(TokenKind::command, sink);
      continue;
    }
    take(bytes.front(), sink);
    bytes = bytes.subspan(1);
  }
}

void Tokenizer::take(std::byte byte, Sink const& sink) {
  if (in_command_) return take_in_command(byte, sink);
  auto const value = std::to_integer<std::uint8_t>(byte);
  bool const is_text = value >= 0x20;
  if (!held_.empty() && (!is_text || held_.size() == kMaxText)) emit(TokenKind::text, sink);
  held_.push_back(byte);
  ++seen_;
  if (is_text) return;
  if (!introduces(value)) return emit(TokenKind::control, sink);
  in_command_ = true;
  wanted_ = 2;
  complete_at_wanted_ = false;
}

void Tokenizer::take_in_command(std::byte byte, Sink const& sink) {
  held_.push_back(byte);
  ++seen_;
  if (seen_ < wanted_) return;
  auto const length = command_length(held_, dialect_);
  if (length.kind == CommandLength::Kind::unknown) return refuse(sink);
  if (length.bytes <= seen_) return emit(TokenKind::command, sink);
  // Records must be held to be measured. Beyond the limit all of it is dropped: reading it anew could cost n^2.
  if (length.kind == CommandLength::Kind::need_more && length.bytes > kMaxHeld) return emit(TokenKind::unknown, sink);
  wanted_ = length.bytes;
  complete_at_wanted_ = length.kind == CommandLength::Kind::known;
}

/// Gives up on the pending command as a printer does: the introducer and its code are dropped, the rest is read anew.
void Tokenizer::refuse(Sink const& sink) {
  auto const code = std::to_integer<std::uint8_t>(held_[1]);
  std::size_t const dropped = code < 0x20 ? 1 : 2;
  std::vector<std::byte> const rest(held_.begin() + static_cast<std::ptrdiff_t>(dropped), held_.end());
  held_.resize(dropped);
  seen_ = dropped;
  emit(TokenKind::unknown, sink);
  feed(rest, sink);
}

void Tokenizer::emit(TokenKind kind, Sink const& sink) {
  sink(Token{kind, offset_, seen_, held_, dialect_});
  offset_ += seen_;
  held_.clear();
  seen_ = 0;
  in_command_ = complete_at_wanted_ = false;
}

void Tokenizer::finish(Sink const& sink) {
  if (!held_.empty()) emit(in_command_ ? TokenKind::truncated : TokenKind::text, sink);
  *this = Tokenizer{dialect_};
}

}  // namespace tillcue::pos
