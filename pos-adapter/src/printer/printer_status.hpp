#pragma once

#include <cstddef>
#include <cstdint>
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

/// The trouble a DLE EOT `n` answer tells, in words a cashier can act on; empty when there is none.
std::string trouble(unsigned n, std::uint8_t byte);
/// DLE EOT 4: paper is about to run out.
bool near_end(std::uint8_t byte) noexcept;
/// GS r 1: paper is out.
bool paper_out_in_order(std::uint8_t byte) noexcept;

/// Sorts a printer's bytes into answers; automatic status blocks and flow control are dropped.
class AnswerReader {
 public:
  struct Answers {
    std::vector<std::uint8_t> real_time;  ///< in the order they came
    std::vector<std::uint8_t> in_order;
    std::vector<std::uint8_t> foreign;  ///< the first 16
  };

  void take(std::span<std::byte const> bytes, Answers& answers);

 private:
  unsigned pushed_left_ = 0;
};

}  // namespace tillcue::pos
