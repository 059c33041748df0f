#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "counter_health.hpp"
#include "coupon_press.hpp"
#include "last_coupon.hpp"
#include "paper_book.hpp"
#include "tillcue/firmware/checkout.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/firmware/secret.hpp"
#include "tillcue/pos/coupon.hpp"
#include "tillcue/pos/receipt_printer.hpp"
#include "timer.hpp"

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
                                                  Secret secret, Notice notice, pos::ReceiptPrinter* through = nullptr,
                                                  std::chrono::milliseconds painting = CouponPress::kPainting);

  void print(CouponOrder const& order, std::function<void(CouponFate)> done);
  /// The same coupon once more, of the sale that was closed last. The till is told what became of it.
  /// Errors  not_found, rejected, busy: see LastCoupon.
  Result<void> reprint(SaleId const& sale);
  /// From now on the last coupon belongs to nobody here.
  void next_sale() { last_.forget(); }
  void use(Bundle const& bundle);
  /// Paper and QR code as this configuration has them, from the next coupon on.
  void adjust(PrinterConfig const& printer);
  void cancel();

  /// What the printer says of itself, between coupons. False: that was known.
  bool told(std::string const& trouble, bool paper_near_end);
  void tell(CounterHealth& health) const;
  [[nodiscard]] bool printer_ok() const noexcept { return trouble_.empty(); }
  /// How long a printer that failed is let alone; then one coupon is tried on it again.
  static constexpr std::chrono::seconds kLetAlone{30};
  /// How long a coupon waits for the cashier to put the printer right, when no other sale begins.
  static constexpr std::chrono::seconds kReprintTime{60};
  /// False without a printer, while it is let alone, and when the day's paper is used up.
  [[nodiscard]] bool may_print() const noexcept;
  /// "ready", "not tried yet", or what the printer said last.
  [[nodiscard]] std::string printer_text() const;

 private:
  struct Printing;

  CouponDesk(Config const& config, Log const& log, Secret secret, Notice notice);
  void send(std::shared_ptr<Printing> printing, std::optional<CouponPress::Job> job);
  void printed(Printing& printing, Result<pos::PrintProof> const& proof);
  void settle(CouponFate& fate, SaleId const& sale, std::string const& text, Result<pos::PrintProof> const& proof);

  Config const& config_;
  Log const& log_;
  Secret secret_;
  Notice notice_;
  PrinterConfig settings_;
  pos::PrinterProfile profile_;
  std::unique_ptr<CouponPress> press_;
  std::unique_ptr<PaperBook> paper_;
  LastCoupon last_;
  std::unique_ptr<Timer> reprint_over_;
  bool near_end_ = false;
  std::unique_ptr<pos::ReceiptPrinter> own_;
  pos::ReceiptPrinter* printer_ = nullptr;
  bool tried_ = false;
  std::string trouble_;
  std::chrono::steady_clock::time_point trouble_since_{};
};

}  // namespace tillcue::terminal
