#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {

enum class Asker : std::uint8_t { pos, us };

/// Follows who asked a printer what, and sorts its bytes: the POS gets every byte that is not an answer to us.
/// Real-time answers (DLE EOT) and in-order ones (GS r, GS I) each keep the order of their questions; automatic status
/// comes in blocks of four that stay whole. A question older than `patience` is taken for unanswered.
/// Source  Epson's table of how the answers differ.
class ReplySplitter {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMaxOpen = 64;  ///< questions remembered of each kind

  struct Split {
    std::vector<std::byte> to_pos;
    std::vector<std::uint8_t> real_time;  ///< answers to us
    std::vector<std::uint8_t> in_order;
    std::vector<std::byte> pushed;  ///< automatic status, whole blocks; its bytes are in to_pos when they come
  };

  explicit ReplySplitter(std::chrono::milliseconds patience = std::chrono::milliseconds(3000)) : patience_(patience) {}

  /// A command on its way to the printer.
  void asked(Token const& token, Asker who, Clock::time_point now);
  Split take(std::span<std::byte const> bytes, Clock::time_point now);
  /// Another printer, or the same after a reset: nothing asked before is answered.
  void forget();

 private:
  struct Question {
    Asker who;
    Clock::time_point at;
  };
  using Queue = std::deque<Question>;
  void push(Queue& queue, Asker who, Clock::time_point now) const;
  Asker pop(Queue& queue, Clock::time_point now) const;

  std::chrono::milliseconds patience_;
  Queue real_time_, in_order_;
  std::vector<std::byte> pushed_;  ///< of a block that is not whole yet
  unsigned text_left_ = 0;         ///< of "_..." of GS I: up to its NUL, 80 bytes at most
};

}  // namespace tillcue::pos
