#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/printed_text.hpp"
#include "tillcue/pos/printer_state.hpp"
#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos {

/// Cuts what a POS prints into slips and reads each. Pictures are left out of what is kept.
/// Limits  256 KiB of text and commands a slip; of a longer one the beginning is read.
class SlipCollector {
 public:
  struct Sink {
    std::function<void(Receipt const&)> slip;                 ///< one that ended with a cut
    std::function<void(std::span<std::byte const>)> display;  ///< what went to a pass-through display (ESC = 2)
    /// Of each slip, if wanted: its lines, its bytes without pictures.
    std::function<void(std::vector<std::string> const&, std::span<std::byte const>, Receipt const&)> lines{};
  };
  static constexpr std::size_t kMaxSlip = std::size_t{256} * 1024;

  SlipCollector(PrinterProfile profile, ReceiptLayout layout)
      : profile_(std::move(profile)), tokens_(profile_.language), state_(profile_.language) {
    use(std::move(layout));
  }

  /// Starts anew with a printer in the state these commands make.
  void reset(std::span<std::byte const> state);
  void feed(std::span<std::byte const> bytes, Sink const& sink);
  /// Another job begins: what was left of a command is none of its.
  void job_begun(Sink const& sink);
  /// The job ended or the line is quiet: what was printed without a cut is a slip too, if it is a whole sale.
  void end_without_cut(Sink const& sink);
  void use(ReceiptLayout layout);
  /// Something was printed since the last slip.
  [[nodiscard]] bool has_text() const noexcept { return has_text_; }
  /// Of what was printed since the last slip, articles: the next receipt, not only its head or what a card's slip says.
  [[nodiscard]] bool items_begun() const;
  /// Bytes since reset() up to the end of the last slip.
  [[nodiscard]] std::uint64_t ended_at() const noexcept { return ended_at_; }
  /// Of the last slip read; a profile of another language than ESC/POS is believed.
  [[nodiscard]] Dialect dialect() const noexcept { return dialect_; }

 private:
  void take(Token const& token, Sink const& sink);
  [[nodiscard]] Receipt read();
  void end(Receipt const& receipt, Sink const& sink);
  void begin();

  PrinterProfile profile_;
  PrinterProfile read_as_;  ///< with the code table of the layout
  ReceiptLayout layout_;
  Tokenizer tokens_;
  PrinterState state_;
  std::vector<std::byte> slip_;
  std::vector<std::string> lines_;  ///< of the slip just read
  Dialect dialect_ = profile_.language;
  bool has_text_ = false, to_display_ = false;
  std::uint64_t fed_ = 0, taken_ = 0, ended_at_ = 0;  ///< bytes since reset: all, of whole tokens, of slips
};

}  // namespace tillcue::pos
