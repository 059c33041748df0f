#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {

/// What a printer remembers between commands: code table, character set, font, size, emphasis, alignment, spacing,
/// margins, tabs, barcode and symbol settings, multi-byte mode, user characters, selected peripheral, ASB. Follows a
/// stream of tokens and writes the commands that bring a printer from one state to another.
/// Of Star and Bematech printers: what shapes text, and what our slips set.
/// Units  each setting is kept as the last command that set it.
/// Source  ESC/POS manuals, power-on values are Epson's; Star's and Bematech's command manuals, as others' drivers use
/// them.
class PrinterState {
 public:
  PrinterState() = default;
  /// The tokens must be of the same language.
  explicit PrinterState(Dialect language) : language_(language) {}

  void take(Token const& token);

  /// Nothing stands on the unfinished line, no page, macro or user settings are being composed.
  [[nodiscard]] bool may_print_between() const noexcept { return !line_open_ && !page_ && !macro_ && !settings_; }
  [[nodiscard]] Dialect language() const noexcept { return language_; }
  /// The selected code table's number; `otherwise` when none was seen.
  [[nodiscard]] std::uint8_t code_page(std::uint8_t otherwise) const noexcept;

  /// Commands that make everything that shapes text plain, as at power-on. What was never set is left alone.
  [[nodiscard]] std::vector<std::byte> plain() const;
  /// Commands from this state to `wanted`; a code table that `wanted` never saw set becomes `resting_code_page`.
  [[nodiscard]] std::vector<std::byte> to(PrinterState const& wanted, std::uint8_t resting_code_page) const;
  /// Commands that bring a printer just switched on into this state.
  [[nodiscard]] std::vector<std::byte> from_power_on() const;

  friend bool operator==(PrinterState const&, PrinterState const&) = default;

 private:
  using Command = std::vector<std::byte>;
  void set(std::uint16_t key, Command command);
  void take_star(Token const& token);
  void take_bematech(Token const& token);
  void take_escape(Token const& token);
  void take_mode_byte(std::uint8_t mode);
  void take_group(Token const& token);
  void take_file(Token const& token);

  Dialect language_ = Dialect::escpos;
  std::map<std::uint16_t, Command> settings_set_;
  bool line_open_ = false;
  bool page_ = false, macro_ = false, settings_ = false;
  bool display_ = false;  ///< ESC = 2: the printer hears nothing
};

/// A job as it may stand between two jobs of another program: plain settings, `job`, and everything as it was.
std::vector<std::byte> wrapped(std::span<std::byte const> job, PrinterState const& state,
                               std::uint8_t resting_code_page);

}  // namespace tillcue::pos
