#include "tillcue/pos/print_proxy.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "copy_watch.hpp"
#include "net/loop.hpp"
#include "printer/printer_status.hpp"
#include "slip_collector.hpp"
#include "tap_frame.hpp"

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Failure = boost::system::error_code;

constexpr std::chrono::milliseconds kReconnect = 250ms, kWithoutCut = 1s, kFresh = 3s;
constexpr std::size_t kMostWaiting = 2;
constexpr std::string_view kOvertaken = "the next receipt was printed already; the customer may be gone";
constexpr std::string_view kStale = "the receipt was printed seconds ago; the customer may be gone";

/// Whoever this is about is another than before; copies, card slips and kitchen bons are the same customer's.
bool is_customers(Receipt const& slip) {
  return slip.kind == SlipKind::sale || slip.kind == SlipKind::refund || slip.kind == SlipKind::report;
}

}  // namespace

class PrintProxy::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, PrintProxyOptions options, PrintProxyHandlers handlers)
      : io_(io),
        options_(std::move(options)),
        handlers_(std::move(handlers)),
        socket_(io),
        reconnect_(io),
        quiet_(io),
        deadline_(io),
        collector_(options_.profile, options_.layout) {}

  void connect();
  void print(std::uint64_t customer, std::vector<std::byte> job, Done done);
  [[nodiscard]] std::uint64_t customer() const { return told_of_; }
  void cancel();
  void stop();
  void use(ReceiptLayout layout) { collector_.use(std::move(layout)); }
  [[nodiscard]] bool idle() const { return jobs_.empty(); }
  [[nodiscard]] bool connected() const { return connected_; }

  PrintProxyCounters counters;

 private:
  struct Job {
    std::uint64_t id = 0;
    std::uint64_t customer = 0;  ///< whose receipt it belongs behind; 0: the one that comes
    std::vector<std::byte> bytes;
    Done done;
    Clock::time_point until;
    bool sent = false;
  };

  void read();
  void lost(std::string const& why);
  Result<void> hear(TapFrame const& frame);
  void hear_hello(TapHello const& hello);
  void hear_slip(Receipt receipt);
  void find_copy(Receipt& receipt);
  void tell(Receipt const& receipt);
  void told();
  void hear_bytes(TapAt const& at);
  void hear_fate(TapFate const& fate);
  void hear_status(std::span<std::byte const> bytes);
  void arm_quiet(std::chrono::milliseconds after);
  void gone_quiet();
  void deliver();
  void refuse_overtaken();
  void refuse_waiting();
  void refuse(Job job, std::string_view why);
  void send_next();
  void send(std::vector<std::byte> frame);
  void write();
  void arm_deadline();
  void overdue();
  void end(Job job, Result<PrintProof> proof);
  SlipCollector::Sink sink();

  asio::io_context& io_;
  PrintProxyOptions options_;
  PrintProxyHandlers handlers_;
  UnixSocket socket_;
  Timer reconnect_, quiet_, deadline_;
  SlipCollector collector_;
  CopyWatch copies_;
  TapReader reader_;
  std::array<std::byte, 16 * 1024> buffer_{};
  std::vector<std::byte> out_, writing_;
  std::deque<Job> jobs_;
  std::deque<Receipt> slips_;          ///< read, and not delivered until the line is quiet
  std::uint64_t offset_ = 0;           ///< of the POS's stream: all that was heard
  std::uint64_t begun_at_ = 0;         ///< where this connection's hearing began
  std::uint64_t present_ = 0;          ///< what lies before it was printed while nobody listened
  std::uint64_t told_to_ = 0;          ///< slips that end before it were told, maybe over a connection before this
  std::uint64_t instance_ = 0;         ///< of the bypass whose offsets these are
  std::optional<std::uint64_t> hold_;  ///< of the cut that waits for us
  std::uint64_t last_id_ = 0;
  std::uint64_t customers_ = 0;  ///< whose receipts were told
  std::uint64_t over_to_ = 0;    ///< of those, all that were followed by another's
  std::uint64_t told_of_ = 0;    ///< while its receipt is told, else 0
  Clock::time_point slip_at_{};  ///< when the last slip ended and the line was quiet
  bool repeated_ = false;        ///< the last slip was told before
  bool slip_open_ = false;       ///< a slip may be put at offset_
  bool connected_ = false, stopped_ = false, troubled_ = false;
};

void PrintProxy::Impl::connect() {
  if (stopped_) return;
  // Made before it is used: a path that is too long throws.
  asio::local::stream_protocol::endpoint const where(options_.tap);
  socket_.async_connect(where, [self = shared_from_this()](Failure failure) {
    if (self->stopped_) return;
    if (failure) return self->lost(failure.message());
    self->connected_ = true;
    self->troubled_ = false;
    ++self->counters.connects;
    self->reader_.reset();
    self->out_.clear();
    self->writing_.clear();
    if (self->handlers_.connected) self->handlers_.connected(true);
    self->read();
  });
}

void PrintProxy::Impl::read() {
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](Failure failure, std::size_t got) {
    if (self->stopped_) return;
    if (failure) return self->lost(failure == asio::error::eof ? "the bypass hung up" : failure.message());
    auto const fine = self->reader_.feed(std::span(self->buffer_).first(got),
                                         [&](TapFrame const& frame) { return self->hear(frame); });
    if (!fine) return self->lost(fine.error().what);
    if (!self->stopped_) self->read();
  });
}

void PrintProxy::Impl::lost(std::string const& why) {
  Failure ignored;
  socket_.close(ignored);
  if (handlers_.trouble && !std::exchange(troubled_, true)) handlers_.trouble(options_.tap + ": " + why);
  if (std::exchange(connected_, false) && handlers_.connected) handlers_.connected(false);
  slip_open_ = false;
  slips_.clear();
  hold_.reset();
  quiet_.cancel();
  for (auto& job : std::exchange(jobs_, {})) {
    bool const sent = job.sent;
    end(std::move(job),
        sent ? Result<PrintProof>(PrintProof{PrintFate::unconfirmed, false, "the bypass was lost while printing"})
             : fail(Code::io, "the bypass was lost before printing"));
  }
  reconnect_.expires_after(kReconnect);
  reconnect_.async_wait([self = shared_from_this()](Failure cancelled) {
    if (!cancelled) self->connect();
  });
}

SlipCollector::Sink PrintProxy::Impl::sink() {
  return {[this](Receipt const& receipt) { hear_slip(receipt); },
          [this](std::span<std::byte const> bytes) {
            if (handlers_.display && offset_ > present_) handlers_.display(bytes);
          },
          [this](auto const& lines, auto bytes, Receipt const& receipt) {
            if (handlers_.lines && !repeated_) handlers_.lines(lines, bytes, receipt);
          }};
}

/// One that was told before its connection was lost comes again, and is passed over. One from the time when nobody
/// listened is told at once: no slip belongs behind it any more.
void PrintProxy::Impl::hear_slip(Receipt receipt) {
  auto const end = begun_at_ + collector_.ended_at();
  repeated_ = end <= told_to_;
  if (repeated_) return;
  receipt.late = end <= present_;
  if (!receipt.late) {
    if (slips_.size() < 16) slips_.push_back(std::move(receipt));
    return;
  }
  ++counters.late;
  find_copy(receipt);
  tell(receipt);
  told();
}

/// Only of what is told now: one that was read and lost with its connection comes again, and is none.
void PrintProxy::Impl::find_copy(Receipt& receipt) {
  if (receipt.kind != SlipKind::sale || !copies_.is_copy(receipt, Clock::now())) return;
  receipt.kind = SlipKind::copy;
  ++counters.copies;
}

void PrintProxy::Impl::tell(Receipt const& receipt) {
  ++counters.slips;
  if (receipt.kind == SlipKind::sale) ++counters.sales;
  handlers_.slip(receipt);
}

/// The bypass need not keep it any longer.
void PrintProxy::Impl::told() {
  told_to_ = handlers_.slip ? begun_at_ + collector_.ended_at() : present_;
  if (instance_ == 0) return;
  std::vector<std::byte> frame;
  put_frame(frame, TapKind::heard, TapAt{told_to_, {}});
  send(std::move(frame));
}

void PrintProxy::Impl::hear_hello(TapHello const& hello) {
  if (hello.instance == 0 || hello.instance != instance_) told_to_ = 0;
  instance_ = hello.instance;
  offset_ = begun_at_ = hello.at;
  present_ = hello.present;
  collector_.reset(hello.state);
  if (!handlers_.slip) told();  // what a display showed meanwhile is over
}

Result<void> PrintProxy::Impl::hear(TapFrame const& frame) {
  if (frame.kind == TapKind::fate) {
    auto const fate = read_fate(frame);
    if (!fate) return tl::unexpected(fate.error());
    hear_fate(*fate);
    return {};
  }
  if (frame.kind == TapKind::pushed) {
    hear_status(frame.payload);
    return {};
  }
  if (frame.kind == TapKind::hello) {
    auto const hello = read_hello(frame);
    if (!hello) return tl::unexpected(hello.error());
    hear_hello(*hello);
    return {};
  }
  auto const at = read_at(frame);
  if (!at) return tl::unexpected(at.error());
  if (frame.kind == TapKind::from_pos) {
    hear_bytes(*at);
  } else if (frame.kind == TapKind::job_begun) {
    collector_.job_begun(sink());
  } else if (frame.kind == TapKind::cut_held) {
    hold_ = at->at;
    if (options_.same_paper) deliver();
  } else if (frame.kind == TapKind::job_ended) {
    collector_.end_without_cut(sink());
    if (!slips_.empty()) arm_quiet(options_.quiet);
  }
  return {};
}

/// The last of several counts.
void PrintProxy::Impl::hear_status(std::span<std::byte const> bytes) {
  AutoStatus status{};
  if (!handlers_.status || bytes.size() < status.size()) return;
  auto const last = bytes.last(status.size());
  std::transform(last.begin(), last.end(), status.begin(),
                 [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  handlers_.status(trouble(status), near_end(status));
}

void PrintProxy::Impl::hear_bytes(TapAt const& at) {
  offset_ = at.at + at.bytes.size();
  counters.bytes += at.bytes.size();
  slip_open_ = false;
  if (!handlers_.slip) {  // a display's line: what it showed before is no news
    if (offset_ > present_) handlers_.display(at.bytes);
    return;
  }
  collector_.feed(at.bytes, sink());
  arm_quiet(slips_.empty() ? kWithoutCut : options_.quiet);
}

void PrintProxy::Impl::arm_quiet(std::chrono::milliseconds after) {
  quiet_.expires_after(after);
  quiet_.async_wait([self = shared_from_this()](Failure cancelled) {
    if (!cancelled && !self->stopped_) self->gone_quiet();
  });
}

void PrintProxy::Impl::gone_quiet() {
  if (!connected_) return;
  if (slips_.empty()) collector_.end_without_cut(sink());
  if (!slips_.empty()) deliver();
}

/// The line is quiet, or its cut is held: what was read is told, and what is ordered by that printed.
void PrintProxy::Impl::deliver() {
  slip_open_ = true;
  slip_at_ = Clock::now();
  bool sale = false;
  auto slips = std::exchange(slips_, {});
  for (auto& slip : slips) find_copy(slip);
  for (auto slip = slips.begin(); slip != slips.end(); ++slip) {
    if (!is_customers(*slip)) {
      tell(*slip);
      continue;
    }
    bool const over = collector_.items_begun() || std::any_of(std::next(slip), slips.end(), is_customers);
    over_to_ = customers_++;
    if (over) over_to_ = customers_;
    refuse_overtaken();
    sale = sale || slip->kind == SlipKind::sale;
    // What was ordered before it came is this customer's.
    if (over && slip->kind == SlipKind::sale) refuse_waiting();
    told_of_ = customers_;
    tell(*slip);
    told_of_ = 0;
  }
  told();
  if (!jobs_.empty()) return send_next();
  if (sale && !hold_ && options_.late_orders) return;  // the bypass lingers
  std::vector<std::byte> frame;
  put_frame(frame, TapKind::release, TapAt{hold_.value_or(offset_), {}});
  send(std::move(frame));
  hold_.reset();
}

/// One that waited for another's fate while the paper went on to the next customer.
void PrintProxy::Impl::refuse_overtaken() {
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    bool const overtaken = !job->sent && job->customer != 0 && job->customer <= over_to_;
    if (overtaken) refuse(std::move(*job), kOvertaken);
    job = overtaken ? jobs_.erase(job) : std::next(job);
  }
}

/// The first that waits for whoever's receipt comes.
void PrintProxy::Impl::refuse_waiting() {
  auto const first = std::find_if(jobs_.begin(), jobs_.end(), [](Job const& job) { return !job.sent; });
  if (first == jobs_.end()) return;
  refuse(std::move(*first), kOvertaken);
  jobs_.erase(first);
}

void PrintProxy::Impl::refuse(Job job, std::string_view why) {
  ++counters.refused;
  end(std::move(job), fail(Code::busy, std::string(why)));
}

void PrintProxy::Impl::print(std::uint64_t customer, std::vector<std::byte> job, Done done) {
  Job made{++last_id_, customer, std::move(job), std::move(done), Clock::now() + options_.wait_for_receipt};
  if (!connected_) return end(std::move(made), fail(Code::io, options_.tap + ": no bypass; start tillcue-bypass"));
  if (collector_.dialect() != options_.profile.language) {
    return end(std::move(made), fail(Code::unsupported,
                                     "the printer speaks another language than its profile; set "
                                     "printer.profile (star-line, star-prnt, bematech)"));
  }
  // Bytes since then: the next customer's, or nobody can tell.
  if (customer != 0 && (customer <= over_to_ || !slip_open_)) return refuse(std::move(made), kOvertaken);
  bool const fresh = slip_open_ && Clock::now() - slip_at_ < kFresh;
  if (customer != 0 && !fresh) return refuse(std::move(made), kStale);
  if (jobs_.size() >= kMostWaiting) return end(std::move(made), fail(Code::busy, "two slips wait already"));
  jobs_.push_back(std::move(made));
  if (fresh) send_next();
  arm_deadline();
}

void PrintProxy::Impl::send_next() {
  if (jobs_.empty() || jobs_.front().sent || !slip_open_) return;
  auto& job = jobs_.front();
  job.sent = true;
  job.until = Clock::now() + options_.fate;
  std::vector<std::byte> frame;
  put_frame(frame, TapPrint{job.id, hold_.value_or(offset_), job.bytes});
  hold_.reset();
  send(std::move(frame));
  arm_deadline();
}

void PrintProxy::Impl::hear_fate(TapFate const& fate) {
  if (jobs_.empty() || jobs_.front().id != fate.id || !jobs_.front().sent) return;
  auto job = std::move(jobs_.front());
  jobs_.pop_front();
  if (fate.fate == SlipFate::refused) {
    ++counters.refused;
    end(std::move(job), fail(Code::busy, fate.text));
  } else {
    ++counters.printed;
    auto const kind = fate.fate == SlipFate::printed ? PrintFate::printed : PrintFate::unconfirmed;
    end(std::move(job), PrintProof{kind, fate.near_end, fate.text});
  }
  send_next();
  arm_deadline();
}

void PrintProxy::Impl::arm_deadline() {
  if (jobs_.empty()) {
    deadline_.cancel();
    return;
  }
  deadline_.expires_at(jobs_.front().until);
  deadline_.async_wait([self = shared_from_this()](Failure cancelled) {
    if (!cancelled && !self->stopped_) self->overdue();
  });
}

void PrintProxy::Impl::overdue() {
  while (!jobs_.empty() && jobs_.front().until <= Clock::now()) {
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    if (!job.sent && job.customer != 0) {
      refuse(std::move(job), kStale);
      continue;
    }
    bool const sent = job.sent;
    end(std::move(job), sent ? Result<PrintProof>(PrintProof{PrintFate::unconfirmed, false, "the bypass did not say"})
                             : fail(Code::timeout, "no receipt came through the proxy"));
  }
  // What waited for the fate belongs behind the receipt that is the last one still.
  if (!jobs_.empty() && jobs_.front().customer != 0) send_next();
  arm_deadline();
}

void PrintProxy::Impl::end(Job job, Result<PrintProof> proof) {
  asio::post(io_, [done = std::move(job.done), proof = std::move(proof)]() mutable { done(std::move(proof)); });
}

void PrintProxy::Impl::cancel() {
  for (auto& job : std::exchange(jobs_, {})) {
    bool const sent = job.sent;
    end(std::move(job), sent ? Result<PrintProof>(PrintProof{PrintFate::unconfirmed, false,
                                                             "cancelled while printing; it may come out"})
                             : fail(Code::rejected, "the job was cancelled"));
  }
  deadline_.cancel();
}

void PrintProxy::Impl::send(std::vector<std::byte> frame) {
  if (!connected_) return;
  out_.insert(out_.end(), frame.begin(), frame.end());
  if (writing_.empty()) write();
}

void PrintProxy::Impl::write() {
  writing_ = std::exchange(out_, {});
  asio::async_write(socket_, asio::buffer(writing_), [self = shared_from_this()](Failure failure, std::size_t) {
    self->writing_.clear();
    if (self->stopped_ || failure) return;  // the reader notices
    if (!self->out_.empty()) self->write();
  });
}

void PrintProxy::Impl::stop() {
  if (std::exchange(stopped_, true)) return;
  cancel();
  Failure ignored;
  socket_.close(ignored);
  reconnect_.cancel();
  quiet_.cancel();
}

PrintProxy::PrintProxy(asio::io_context& io, PrintProxyOptions options, PrintProxyHandlers handlers)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handlers))) {
  impl_->connect();
}
PrintProxy::~PrintProxy() { impl_->stop(); }
void PrintProxy::print(std::vector<std::byte> job, Done done) {
  impl_->print(impl_->customer(), std::move(job), std::move(done));
}
void PrintProxy::print_for(std::uint64_t customer, std::vector<std::byte> job, Done done) {
  impl_->print(customer, std::move(job), std::move(done));
}
std::uint64_t PrintProxy::customer() const noexcept { return impl_->customer(); }
void PrintProxy::cancel() { impl_->cancel(); }
bool PrintProxy::idle() const noexcept { return impl_->idle(); }
void PrintProxy::use(ReceiptLayout layout) { impl_->use(std::move(layout)); }
bool PrintProxy::connected() const noexcept { return impl_->connected(); }
PrintProxyCounters const& PrintProxy::counters() const noexcept { return impl_->counters; }
void PrintProxy::stop() { impl_->stop(); }

}  // namespace tillcue::pos
