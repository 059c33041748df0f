#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/pos/printer_state.hpp"

namespace tillcue::pos {

/// What a POS printed and no daemon has read to its end yet: one that is started anew, or that hung, is told it again.
/// Units   offsets count the POS's bytes.
/// Limits  512 KiB; of more the newest block is kept. 1,024 ends of jobs. Told kMostTellings times.
class Backlog {
 public:
  static constexpr std::size_t kMost = std::size_t{512} * 1024, kMostEnds = 1024;
  static constexpr unsigned kMostTellings = 3;

  explicit Backlog(Dialect language = Dialect::escpos) : state_(language) {}

  /// `before`: the printer's state in front of these bytes.
  void add(std::span<std::byte const> bytes, PrinterState const& before);
  /// A job ended here, or the line was quiet for long.
  void end();
  /// A daemon is about to be told all of it, again. One that comes back a third time without having read any may be
  /// ending over these very bytes: they are given up, and `now` is the state behind them.
  /// Returns  whether they were.
  bool retell(PrinterState const& now);
  /// A daemon has read everything up to this offset.
  void heard(std::uint64_t to);

  [[nodiscard]] std::uint64_t from() const noexcept { return from_; }
  /// Commands that bring a printer just switched on into the state at `from`.
  [[nodiscard]] std::vector<std::byte> state() const { return state_.from_power_on(); }
  [[nodiscard]] std::span<std::byte const> bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::span<std::uint64_t const> ends() const noexcept { return ends_; }

 private:
  std::uint64_t from_ = 0;
  void give_up(PrinterState const& now);

  unsigned tellings_ = 0;  ///< of the bytes from `from_` on
  PrinterState state_;
  std::vector<std::byte> bytes_;
  std::vector<std::uint64_t> ends_;
};

}  // namespace tillcue::pos
