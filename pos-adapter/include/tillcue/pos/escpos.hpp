#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tillcue::pos {

enum class TokenKind : std::uint8_t {
  text,       ///< a run of printable bytes, in whatever code page is in force
  control,    ///< one byte below 0x20 that is a whole command: LF, CR, HT, FF, CAN, ...
  command,    ///< a command whose length is known, with its data
  unknown,    ///< an introducer (ESC, GS, FS, DLE, US) with a code this reader does not know
  truncated,  ///< the job ended inside a command
};

/// The command languages told apart: the same bytes mean other things in each.
enum class Dialect : std::uint8_t {
  escpos,
  star,      ///< Star Line and StarPRNT
  bematech,  ///< ESC/Bema: ESC/POS but for emphasis, size and cut
};

/// The dialect a whole job gives away; escpos when nothing speaks against it. Cost  linear.
Dialect dialect_of(std::span<std::byte const> job) noexcept;

/// One piece of a print job. `bytes` is valid during the call only, and holds at most Tokenizer::kMaxHeld bytes;
/// `length` is how many there were.
struct Token {
  TokenKind kind = TokenKind::text;
  std::uint64_t offset = 0;  ///< of its first byte in the job
  std::uint64_t length = 0;
  std::span<std::byte const> bytes;
  Dialect dialect = Dialect::escpos;

  /// True for the command introduced by these two bytes ("\x1D" "V").
  [[nodiscard]] bool is(char introducer, char code) const noexcept;
  /// The byte at `at`, 0 beyond the held ones.
  [[nodiscard]] std::uint8_t byte(std::size_t at) const noexcept;
  /// True for every form of a paper cut: GS V, ESC i, ESC m; in Star's dialect ESC d; in Bematech's ESC w as well.
  [[nodiscard]] bool is_cut() const noexcept;
  /// True for a row of dots inside Star's raster mode: `b n1 n2 d…` or `k n1 n2 d…`.
  [[nodiscard]] bool is_raster_row() const noexcept;
};

/// Cuts an ESC/POS byte stream into tokens. Knows the length of every command, so that a cut inside a picture, a
/// barcode or a QR code is data. Resumable: however the bytes are split over calls, the tokens are the same.
/// Between ESC * r A and ESC * r B of a Star printer there is no text: rows of dots are commands of their own.
/// Limits   text runs are handed out at kMaxText; of longer commands (pictures) the head is kept and the rest counted.
/// Threads  one.  Errors  none: what is not understood is an `unknown` token and reading goes on behind it.
/// Source   ESC/POS command manuals (Epson TM series) and their dialects' shared core.
class Tokenizer {
 public:
  using Sink = std::function<void(Token const&)>;

  Tokenizer() = default;
  explicit Tokenizer(Dialect dialect) noexcept : dialect_(dialect) {}

  static constexpr std::size_t kMaxText = 4096;
  static constexpr std::size_t kMaxHeld = std::size_t{256} * 1024;

  void feed(std::span<std::byte const> bytes, Sink const& sink);
  /// The job ended: hands out what is pending and starts anew at offset 0.
  void finish(Sink const& sink);
  /// Nothing is pending: the last byte ended a token. Never true inside a command.
  [[nodiscard]] bool between_tokens() const noexcept { return held_.empty(); }
  /// Bytes of the pending token, introducer first.
  [[nodiscard]] std::span<std::byte const> pending() const noexcept { return held_; }

 private:
  void take(std::byte byte, Sink const& sink);
  void take_in_command(std::byte byte, Sink const& sink);
  void refuse(Sink const& sink);
  void follow_raster_mode();
  void emit(TokenKind kind, Sink const& sink);

  Dialect dialect_ = Dialect::escpos;
  std::vector<std::byte> held_;
  std::uint64_t offset_ = 0;  ///< of held_[0]
  std::uint64_t seen_ = 0;    ///< bytes of the pending token
  std::uint64_t wanted_ = 0;  ///< bytes before its length is looked at again
  bool complete_at_wanted_ = false;
  bool in_command_ = false;
  bool raster_ = false;  ///< Star's raster mode
};

}  // namespace tillcue::pos
