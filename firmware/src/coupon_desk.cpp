#include "coupon_desk.hpp"

#include <ctime>

#include "printer_settings.hpp"
#include "tillcue/firmware/coupon_maker.hpp"
#include "tillcue/pos/code_table.hpp"

namespace tillcue::terminal {
namespace {

/// The date a customer in this store reads on the calendar.
std::chrono::sys_days local_date(Timestamp now) {
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  auto const time = static_cast<std::time_t>(seconds);
  std::tm local{};
  ::localtime_r(&time, &local);
  return std::chrono::year{local.tm_year + 1900} / (local.tm_mon + 1) / local.tm_mday;
}

}  // namespace

CouponDesk::CouponDesk(Config const& config, Log const& log, Secret secret, Notice notice)
    : config_(config), log_(log), secret_(std::move(secret)), notice_(std::move(notice)) {}

Result<std::unique_ptr<CouponDesk>> CouponDesk::open(boost::asio::io_context& io, Config const& config, Log const& log,
                                                     Secret secret, Notice notice, pos::ReceiptPrinter* through) {
  std::unique_ptr<CouponDesk> desk(new CouponDesk(config, log, std::move(secret), std::move(notice)));
  if (!config.printer && through == nullptr) return desk;
  auto const printer = config.printer.value_or(PrinterConfig{});
  auto profile = pos::find_profile(printer.profile);
  if (!profile) return tl::unexpected(profile.error().within("printer.profile"));
  desk->profile_ = std::move(*profile);
  if (printer.code_page >= 0) desk->profile_.resting_code_page = static_cast<std::uint8_t>(printer.code_page);
  if (through != nullptr) {
    desk->profile_.reset_first = false;  // somebody else prints there
    if (config.proxy && config.proxy->same_paper) desk->profile_.cut = pos::CutKind::none;
    desk->printer_ = through;
    return desk;
  }
  desk->own_ = std::make_unique<pos::LinePrinter>(io, line_of(printer));
  desk->printer_ = desk->own_.get();
  return desk;
}

void CouponDesk::print(CouponOrder const& order, std::function<void(CouponFate)> done) {
  bool const qr = config_.printer && config_.printer->qr;
  auto coupon = make_coupon(order, config_.store, config_.terminal, qr, secret_, local_date(order.at));
  CouponFate fate;
  if (!coupon) {
    fate.why = coupon.error().what;
    log_.error("coupon.invalid", {{"sale", order.sale.value}, {"error", fate.why}});
    return done(std::move(fate));
  }
  fate.serial = coupon->slip.serial;
  fate.valid_until = coupon->valid_until;
  if (!printer_) {
    fate.why = "no printer configured";
    return done(std::move(fate));
  }
  pos::CouponReport report;
  auto job = pos::encode_coupon(coupon->slip, profile_, &report);
  for (auto const& part : report.left_out) log_.warning("coupon.left_out", {{"part", part}});
  if (!report.replaced.empty()) log_.warning("coupon.replaced", {{"characters", pos::to_utf8(report.replaced)}});
  auto text = pos::preview(coupon->slip, profile_.columns);
  auto finish = [this, fate = std::move(fate), sale = order.sale, text = std::move(text),
                 done = std::move(done)](Result<pos::PrintProof> proof) mutable {
    tried_ = true;
    trouble_ = proof ? std::string() : proof.error().what;
    trouble_since_ = std::chrono::steady_clock::now();
    fate.fate = proof ? proof->fate : PrintFate::dropped;
    auto const printed = fate.fate == PrintFate::printed;
    auto const why = printed ? std::string() : proof ? proof->text : proof.error().what;
    if (!proof) fate.why = why;
    auto const event = printed ? "coupon.printed" : proof ? "coupon.unconfirmed" : "coupon.dropped";
    if (printed) {
      log_.info(event, {{"sale", sale.value}, {"serial", fate.serial}});
    } else {
      log_.warning(event, {{"sale", sale.value}, {"serial", fate.serial}, {"why", why}});
    }
    notice_({sale, fate.serial, std::move(text), fate.fate, why});
    done(std::move(fate));
  };
  // The sale's path waits for nothing here: the answer comes later, on this thread.
  printer_->print(std::move(job), std::move(finish));
}

void CouponDesk::cancel() {
  if (printer_) printer_->cancel();
}

bool CouponDesk::may_print() const noexcept {
  if (!printer_) return false;
  return trouble_.empty() || std::chrono::steady_clock::now() - trouble_since_ >= kLetAlone;
}

std::string CouponDesk::printer_text() const {
  if (!printer_) return "no printer configured";
  if (!trouble_.empty()) return trouble_;
  return tried_ ? "ready" : "not tried yet";
}

}  // namespace tillcue::terminal
