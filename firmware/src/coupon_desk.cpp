#include "coupon_desk.hpp"

#include <ctime>

#include "printer_settings.hpp"
#include "tillcue/firmware/coupon_maker.hpp"
#include "tillcue/pos/code_table.hpp"
#include "told_sale.hpp"
#include "wall_clock.hpp"

namespace tillcue::terminal {
namespace {

constexpr unsigned kCutterFeed = 15;  ///< millimetres between print head and blade, blank on every slip

/// The date a customer in this store reads on the calendar.
std::chrono::sys_days local_date(Timestamp now) {
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  auto const time = static_cast<std::time_t>(seconds);
  std::tm local{};
  ::localtime_r(&time, &local);
  return std::chrono::year{local.tm_year + 1900} / (local.tm_mon + 1) / local.tm_mday;
}

std::chrono::sys_days today() { return local_date(wall_clock()); }

}  // namespace

/// One order on its way to paper.
struct CouponDesk::Printing {
  LastCoupon::Slip slip;
  std::uint64_t customer = 0;  ///< as the printer counts them
  std::function<void(CouponFate)> done;
};

CouponDesk::CouponDesk(Config const& config, Log const& log, Secret secret, Notice notice)
    : config_(config), log_(log), secret_(std::move(secret)), notice_(std::move(notice)) {}

Result<std::unique_ptr<CouponDesk>> CouponDesk::open(boost::asio::io_context& io, Config const& config, Log const& log,
                                                     Secret secret, Notice notice, pos::ReceiptPrinter* through,
                                                     std::chrono::milliseconds painting) {
  std::unique_ptr<CouponDesk> desk(new CouponDesk(config, log, std::move(secret), std::move(notice)));
  if (!config.printer && through == nullptr) return desk;
  auto const& printer = desk->settings_ = config.printer.value_or(PrinterConfig{});
  auto profile = profile_of(printer);
  if (!profile) return tl::unexpected(profile.error().within("printer.profile"));
  desk->profile_ = std::move(*profile);
  if (printer.code_page >= 0) desk->profile_.resting_code_page = static_cast<std::uint8_t>(printer.code_page);
  if (through != nullptr) {
    desk->profile_.reset_first = false;  // somebody else prints there
    if (config.proxy && config.proxy->same_paper) desk->profile_.cut = pos::CutKind::none;
    desk->printer_ = through;
  } else {
    desk->own_ = std::make_unique<pos::LinePrinter>(io, line_of(printer));
    desk->printer_ = desk->own_.get();
  }
  desk->press_ = std::make_unique<CouponPress>(io, log, desk->profile_, painter_of(printer), painting);
  desk->paper_ = std::make_unique<PaperBook>(config.data_dir / "paper.json", printer.paper_mm_day);
  desk->reprint_over_ = std::make_unique<Timer>(io);
  return desk;
}

void CouponDesk::print(CouponOrder const& order, std::function<void(CouponFate)> done) {
  auto coupon = make_coupon(order, config_.store, config_.terminal, settings_.qr, secret_, local_date(order.at));
  CouponFate fate;
  if (!coupon) {
    fate.why = coupon.error().what;
    log_.error("coupon.invalid", {{"sale", told_sale(secret_, order.sale).value}, {"error", fate.why}});
    return done(std::move(fate));
  }
  fate.serial = coupon->slip.serial;
  fate.valid_until = coupon->valid_until;
  if (!printer_) {
    fate.why = "no printer configured";
    return done(std::move(fate));
  }
  coupon->slip.max_lines = PaperBook::lines(settings_.paper_mm);
  auto printing = std::make_shared<Printing>();
  printing->slip.sale = order.sale;
  printing->slip.fate = std::move(fate);
  printing->slip.text = pos::preview(coupon->slip, profile_.columns);
  printing->done = std::move(done);
  printing->customer = printer_->customer();
  // The sale's path waits for nothing here: the answer comes later, on this thread.
  press_->make(std::move(coupon->slip),
               [this, printing](std::optional<CouponPress::Job> job) { send(printing, std::move(job)); });
}

void CouponDesk::send(std::shared_ptr<Printing> printing, std::optional<CouponPress::Job> job) {
  auto& slip = printing->slip;
  if (!job) return printed(*printing, fail(Code::rejected, "the job was cancelled"));
  for (auto const& part : job->report.left_out) log_.warning("coupon.left_out", {{"part", part}});
  if (!job->report.replaced.empty()) {
    log_.warning("coupon.replaced", {{"characters", pos::to_utf8(job->report.replaced)}});
  }
  slip.millimetres = PaperBook::millimetres(job->report.lines) + kCutterFeed;
  slip.job = job->bytes;
  printer_->print_for(printing->customer, std::move(job->bytes),
                      [this, printing](Result<pos::PrintProof> proof) { printed(*printing, proof); });
}

/// Notes what became of a print, tells the till, counts the paper.
void CouponDesk::settle(CouponFate& fate, SaleId const& sale, std::string const& text,
                        Result<pos::PrintProof> const& proof) {
  tried_ = true;
  trouble_ = proof ? std::string() : proof.error().what;
  trouble_since_ = std::chrono::steady_clock::now();
  near_end_ = proof && proof->paper_near_end;
  fate.fate = proof ? proof->fate : PrintFate::dropped;
  auto const done = fate.fate == PrintFate::printed;
  auto const why = done ? std::string() : proof ? proof->text : proof.error().what;
  fate.why = proof ? std::string() : why;
  auto const event = done ? "coupon.printed" : proof ? "coupon.unconfirmed" : "coupon.dropped";
  if (done) {
    log_.info(event, {{"sale", told_sale(secret_, sale).value}, {"serial", fate.serial}});
  } else {
    log_.warning(event, {{"sale", told_sale(secret_, sale).value}, {"serial", fate.serial}, {"why", why}});
  }
  notice_({sale, fate.serial, text, fate.fate, why});
}

void CouponDesk::printed(Printing& printing, Result<pos::PrintProof> const& proof) {
  auto& slip = printing.slip;
  settle(slip.fate, slip.sale, slip.text, proof);
  if (proof) {
    if (auto const kept = paper_->used(slip.millimetres, today()); !kept) {
      log_.warning("paper.unkept", {{"error", kept.error().what}});
    }
  }
  // What a cashier can put right is not lost yet.
  bool const open = !proof && proof.error().code == Code::busy && !slip.job.empty();
  auto const fate = slip.fate;
  last_.keep(std::move(slip), open ? printing.done : nullptr);
  if (!open) return printing.done(fate);
  reprint_over_->expires_after(kReprintTime);
  reprint_over_->async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) last_.forget();
  });
}

Result<void> CouponDesk::reprint(SaleId const& sale) {
  auto const found = last_.again(sale);
  if (!found) return tl::unexpected(found.error());
  auto slip = std::make_shared<LastCoupon::Slip>(**found);
  log_.info("coupon.reprint", {{"sale", told_sale(secret_, sale).value}, {"serial", slip->fate.serial}});
  printer_->print(slip->job, [this, slip](Result<pos::PrintProof> const& proof) {
    auto fate = slip->fate;
    settle(fate, slip->sale, slip->text, proof);
    if (proof) (void)paper_->used(slip->millimetres, today());
    last_.ended(std::move(fate), proof.has_value());
  });
  return {};
}

void CouponDesk::use(Bundle const& bundle) {
  if (press_) press_->get_ready_for(config_.store.name, bundle);
}

void CouponDesk::adjust(PrinterConfig const& printer) {
  settings_.paper_mm = printer.paper_mm;
  settings_.qr = printer.qr;
  if (paper_) paper_->limit_day(printer.paper_mm_day);
}

void CouponDesk::cancel() {
  if (press_) press_->cancel();
  if (printer_) printer_->cancel();
  last_.forget();
}

bool CouponDesk::told(std::string const& trouble, bool paper_near_end) {
  if (trouble == trouble_ && paper_near_end == near_end_) return false;
  if (trouble != trouble_ && trouble.empty()) log_.info("printer.well");
  if (trouble != trouble_ && !trouble.empty()) log_.warning("printer.trouble", {{"what", trouble}});
  if (paper_near_end && !near_end_) log_.warning("printer.paper_low");
  trouble_ = trouble;
  trouble_since_ = std::chrono::steady_clock::now();
  near_end_ = paper_near_end;
  return true;
}

void CouponDesk::tell(CounterHealth& health) const {
  if (printer_) health.printer = CounterHealth::Printer{trouble_, near_end_};
}

bool CouponDesk::may_print() const noexcept {
  if (!printer_ || !paper_->allows(settings_.paper_mm + kCutterFeed, today())) return false;
  return trouble_.empty() || std::chrono::steady_clock::now() - trouble_since_ >= kLetAlone;
}

std::string CouponDesk::printer_text() const {
  if (!printer_) return "no printer configured";
  if (!trouble_.empty()) return trouble_;
  if (!paper_->allows(settings_.paper_mm + kCutterFeed, today())) return "today's paper for coupons is used up";
  if (near_end_) return "ready; paper is near its end";
  return tried_ ? "ready" : "not tried yet";
}

}  // namespace tillcue::terminal
