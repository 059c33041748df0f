#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "tillcue/core/units.hpp"
#include "tillcue/pos/printer_profile.hpp"
#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos {

/// What a customer display of two lines shows once a frame is whole.
using DisplayFrame = std::array<std::u32string, 2>;

/// Follows the bytes to a 2x20 display, in Epson's mode (clear, home, US $, CR/LF) and CD5220 (ESC Q A/B, ESC l) alike:
/// no command means different things in the two. A frame is whole when its last cell or its second line was written,
/// when it is cleared, or after a pause (settle()).
/// Limits  40 cells; a command's parameters are skipped.  Errors  none.
class DisplayScreen {
 public:
  using Sink = std::function<void(DisplayFrame const&)>;
  static constexpr std::size_t kColumns = 20;

  /// Code tables by this profile's ESC t numbers. Copies what it needs.
  explicit DisplayScreen(PrinterProfile profile);

  void feed(std::span<std::byte const> bytes, Sink const& sink);
  /// The line was quiet for a moment: what was written is a frame.
  void settle(Sink const& sink);
  [[nodiscard]] bool unsettled() const noexcept { return dirty_; }

 private:
  void take(std::uint8_t byte, Sink const& sink);
  void take_parameter(std::uint8_t byte, Sink const& sink);
  void put(std::uint8_t byte, Sink const& sink);
  void clear(Sink const& sink);
  void clear_line(std::size_t row);
  void show(Sink const& sink);

  PrinterProfile profile_;
  std::uint8_t code_page_ = 0;
  DisplayFrame cells_;
  std::size_t row_ = 0, column_ = 0;
  std::uint8_t introducer_ = 0, code_ = 0, first_ = 0;
  unsigned wanted_ = 0;     ///< parameter bytes still to come
  bool in_string_ = false;  ///< ESC Q A/B: up to CR
  bool dirty_ = false;
};

struct DisplayEvent {
  enum class Kind : std::uint8_t {
    item,       ///< shown once for each time it was added
    removed,    ///< the screen went blank in mid-sale: the newest line was taken back
    subtotal,   ///< the total: the customer is asked to pay
    paid,       ///< change or thanks behind the total; the next item is the next customer's
    abandoned,  ///< idle text runs on and on: the sale was given up
  };
  Kind kind = Kind::item;
  std::string name{};  ///< as far as it fits the display
  Quantity quantity{};
  std::int64_t unit_minor = 0;   ///< as displayed: some tills show prices without tax
  std::int64_t total_minor = 0;  ///< of the item; of the sale for subtotal and paid
};

/// Reads frames as what happens in a sale. Animation, greetings and clocks say nothing.
class DisplayReader {
 public:
  using Sink = std::function<void(DisplayEvent const&)>;
  explicit DisplayReader(std::uint8_t currency_digits) { layout_.digits = currency_digits; }
  void take(DisplayFrame const& frame, Sink const& sink);
  /// The sale ended some other way: its receipt came.
  void sale_over() noexcept {
    items_ = idle_ = 0;
    total_.reset();
    paid_ = false;
  }
  /// So many frames of idle text in a row give a sale up; a greeting or "thank you" is fewer.
  static constexpr std::size_t kIdleFrames = 10;

 private:
  ReceiptLayout layout_;
  void idle(Sink const& sink);

  [[nodiscard]] bool tells_payment(DisplayFrame const& frame) const;

  std::optional<std::int64_t> total_;  ///< shown, and no item since
  bool paid_ = false;
  std::size_t items_ = 0;  ///< shown in this sale and not taken back
  std::size_t idle_ = 0;   ///< frames of idle text since the last that said something
};

}  // namespace tillcue::pos
