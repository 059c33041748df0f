#include <algorithm>

#include "command_length.hpp"
#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {
namespace {

constexpr bool introduces(std::uint8_t byte) {
  return byte == 0x10 || byte == 0x1B || byte == 0x1C || byte == 0x1D || byte == 0x1F;
}

constexpr bool begins_row(std::uint8_t byte) { return byte == 'b' || byte == 'k'; }

}  // namespace

bool Token::is(char introducer, char code) const noexcept {
  return kind == TokenKind::command && byte(0) == static_cast<std::uint8_t>(introducer) &&
         byte(1) == static_cast<std::uint8_t>(code);
}

bool Token::is_raster_row() const noexcept {
  return kind == TokenKind::command && dialect == Dialect::star && begins_row(byte(0));
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
  bool const is_text = value >= 0x20 && !raster_;
  if (!held_.empty() && (!is_text || held_.size() == kMaxText)) emit(TokenKind::text, sink);
  held_.push_back(byte);
  ++seen_;
  if (is_text) return;
  bool const row = raster_ && begins_row(value);
  if (!introduces(value) && !row) return emit(value < 0x20 ? TokenKind::control : TokenKind::unknown, sink);
  in_command_ = true;
  wanted_ = row ? 3 : 2;
  complete_at_wanted_ = false;
}

void Tokenizer::take_in_command(std::byte byte, Sink const& sink) {
  held_.push_back(byte);
  ++seen_;
  if (seen_ < wanted_) return;
  bool const row = raster_ && begins_row(std::to_integer<std::uint8_t>(held_[0]));
  auto const length = row ? raster_row_length(held_) : command_length(held_, dialect_);
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

/// ESC * r A … ESC * r B, or the printer is set back.
void Tokenizer::follow_raster_mode() {
  auto const at = [&](std::size_t n) { return n < held_.size() ? std::to_integer<char>(held_[n]) : '\0'; };
  if (at(0) != '\x1B') return;
  if (at(1) == '@') raster_ = false;
  if (at(1) == '*' && at(2) == 'r' && (at(3) == 'A' || at(3) == 'B')) raster_ = at(3) == 'A';
}

void Tokenizer::emit(TokenKind kind, Sink const& sink) {
  if (dialect_ == Dialect::star && kind == TokenKind::command) follow_raster_mode();
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
