#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tillcue::pos {

/// What a byte from a printer is, as far as its bits tell.
enum class AnswerKind : std::uint8_t {
  real_time,  ///< DLE EOT n: 0xx1xx10
  in_order,   ///< GS r, GS I: 0xx0xxxx
  pushed,     ///< first byte of four of an automatic status (ASB): 0xx1xx00
  flow,       ///< XON, XOFF
  foreign,    ///< none of these: not a printer
};

/// Source  Epson's table of how the answers differ.
AnswerKind kind_of(std::uint8_t byte) noexcept;

/// An automatic status (ASB): one byte 0xx1xx00, three bytes 0xx0xxxx.
using AutoStatus = std::array<std::uint8_t, 4>;

/// The trouble a DLE EOT `n` answer tells, in words a cashier can act on; empty when there is none.
std::string trouble(unsigned n, std::uint8_t byte);
std::string trouble(AutoStatus const& status);
/// DLE EOT 4: paper is about to run out.
bool near_end(std::uint8_t byte) noexcept;
bool near_end(AutoStatus const& status) noexcept;
/// GS r 1: paper is out.
bool paper_out_in_order(std::uint8_t byte) noexcept;

/// Sorts a printer's bytes into answers; flow control is dropped, also inside an automatic status.
class AnswerReader {
 public:
  static constexpr std::size_t kMost =
      64;  ///< of each kind are kept until they are taken out; a printer asked for less

  struct Answers {
    std::vector<std::uint8_t> real_time;  ///< in the order they came
    std::vector<std::uint8_t> in_order;
    std::vector<std::uint8_t> foreign;
    std::optional<AutoStatus> pushed;  ///< the last one
  };

  void take(std::span<std::byte const> bytes, Answers& answers);

 private:
  void take(std::uint8_t byte, Answers& answers);
  /// False when the byte is not part of the automatic status that has begun.
  bool take_pushed(std::uint8_t byte, Answers& answers);

  AutoStatus status_{};
  std::size_t status_bytes_ = 0;
};

}  // namespace tillcue::pos
