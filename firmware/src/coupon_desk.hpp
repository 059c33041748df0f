#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "tillcue/firmware/checkout.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/firmware/secret.hpp"
#include "tillcue/pos/coupon.hpp"
#include "tillcue/pos/receipt_printer.hpp"

namespace tillcue::terminal {

/// Turns coupon orders into paper: makes the slip, prints it, says what became of it.
/// Threads  the io_context's.
class CouponDesk {
 public:
  /// Told of every order that came to an end: for the till's screen.
  using Notice = std::function<void(pos::CouponNotice const&)>;

  /// Borrows all references, and `through`: where slips go when the till prints through us; nullptr: a printer of our
  /// own, if one is configured. Errors  not_found (no such printer profile).
  static Result<std::unique_ptr<CouponDesk>> open(boost::asio::io_context& io, Config const& config, Log const& log,
                                                  Secret secret, Notice notice, pos::ReceiptPrinter* through = nullptr);

  void print(CouponOrder const& order, std::function<void(CouponFate)> done);
  void cancel();

  [[nodiscard]] bool printer_ok() const noexcept { return trouble_.empty(); }
  /// How long a printer that failed is let alone; then one coupon is tried on it again.
  static constexpr std::chrono::seconds kLetAlone{30};
  /// False without a printer, and while it is let alone.
  [[nodiscard]] bool may_print() const noexcept;
  /// "ready", "not tried yet", or what the printer said last.
  [[nodiscard]] std::string printer_text() const;

 private:
  CouponDesk(Config const& config, Log const& log, Secret secret, Notice notice);

  Config const& config_;
  Log const& log_;
  Secret secret_;
  Notice notice_;
  pos::PrinterProfile profile_;
  std::unique_ptr<pos::ReceiptPrinter> own_;
  pos::ReceiptPrinter* printer_ = nullptr;
  bool tried_ = false;
  std::string trouble_;
  std::chrono::steady_clock::time_point trouble_since_{};
};

}  // namespace tillcue::terminal
