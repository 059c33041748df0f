#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/code_table.hpp"
#include "tillcue/pos/hint_board.hpp"
#include "tillcue/pos/receipt_printer.hpp"

namespace tillcue::pos {

/// The command set a customer display is switched to.
enum class DisplayMode : std::uint8_t {
  epson,   ///< ESC/POS display commands
  cd5220,  ///< ESC Q A, ESC Q B
  utc,     ///< UTC enhanced: ESC u A, ESC u B
};

/// What stands on the two lines of a customer display, UTF-8. Longer than a line: cut.
struct DisplayText {
  std::string upper;
  std::string lower;

  friend bool operator==(DisplayText const&, DisplayText const&) = default;
};

/// One model of customer display.
struct DisplayProfile {
  static constexpr std::size_t kColumns = 20;

  DisplayMode mode = DisplayMode::epson;
  /// Character set beyond ASCII; none: everything is spelled in ASCII, Cyrillic in Latin letters.
  std::optional<CodeTable> table{};
  /// Bytes that select that set, as the display's manual says; empty: ESC t n of Epson's numbering in mode epson, ESC c
  /// R for Cyrillic in mode cd5220, nothing else.
  std::string select{};
};

/// Errors  invalid, listing the names there are: "epson", "cd5220", "utc".
Result<DisplayMode> find_display_mode(std::string_view name);

/// The offer as the customer may read it: its name above, what it costs and saves below. The cashier's sentence and the
/// reason are not for this side of the counter.
DisplayText display_text(HintCard const& card);

/// False when more of a line would be question marks than letters: no display says that better than its resting text.
[[nodiscard]] bool is_legible(DisplayText const& text, DisplayProfile const& profile);

/// What a display is sent when its line was opened: initialise, no cursor, its character set.
std::vector<std::byte> encode_display_start(DisplayProfile const& profile);
/// Both lines whole, so that nothing of an earlier text remains. What the display's set lacks is spelled in ASCII or
/// shown as '?'; no text can be a command.
std::vector<std::byte> encode_display(DisplayText const& text, DisplayProfile const& profile);

struct CustomerDisplayOptions {
  std::variant<NetworkPrinter, DevicePrinter> where = NetworkPrinter{};
  DisplayProfile profile{};
  DisplayText resting{};                  ///< while there is no offer; empty: blank
  std::chrono::milliseconds stuck{1000};  ///< a line that takes nothing for so long is opened anew
  std::chrono::milliseconds again{5000};  ///< pause before a line that failed is opened again
};

/// A customer display at the end of a line of its own, which nobody else writes to. The newest text wins; a display
/// that is away gets it when it is back, and never holds anything up. Threads  the io_context's; make, use and destroy
/// it there.
class CustomerDisplay {
 public:
  /// Opens the line. Borrows `io`, which outlives it.
  CustomerDisplay(boost::asio::io_context& io, CustomerDisplayOptions options);
  ~CustomerDisplay();
  CustomerDisplay(CustomerDisplay const&) = delete;
  CustomerDisplay& operator=(CustomerDisplay const&) = delete;

  void show(DisplayText text);
  /// Back to the resting text.
  void rest();
  /// True while the line is open and took what was written last.
  [[nodiscard]] bool working() const noexcept;
  /// Why not; empty while it works.
  [[nodiscard]] std::string const& trouble() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tillcue::pos
