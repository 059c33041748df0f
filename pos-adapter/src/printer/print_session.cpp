#include "print_session.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kPollWhileProving = 200ms;
constexpr auto kGentleClose = 100ms;   ///< for a network printer to hang up
constexpr unsigned kBitsPerByte = 10;  ///< on a serial line
constexpr auto kNoStatus = "sent; the printer answers no status";
constexpr auto kPartlySent = "the line was lost while printing; part of it may come out";

std::string_view mend(std::string_view trouble) {
  if (trouble == "paper out") return "put in a new roll";
  if (trouble == "cover open") return "close the cover";
  if (trouble == "cutter jammed") return "free the cutter";
  return "look at the printer";
}

std::unique_ptr<PrinterLine> make_line(asio::io_context& io, LinePrinterOptions const& options) {
  if (auto const* device = std::get_if<DevicePrinter>(&options.where)) return make_device_line(io, *device);
  return make_tcp_line(io, std::get<NetworkPrinter>(options.where));
}

void put(std::vector<std::byte>& out, std::initializer_list<unsigned> bytes) {
  for (unsigned b : bytes) out.push_back(static_cast<std::byte>(b));
}

}  // namespace

std::string where(LinePrinterOptions const& options) {
  if (auto const* device = std::get_if<DevicePrinter>(&options.where)) return device->path;
  auto const& network = std::get<NetworkPrinter>(options.where);
  return network.host + ":" + std::to_string(network.port);
}

std::chrono::milliseconds time_on_line(LinePrinterOptions const& options, std::size_t bytes) {
  auto const* device = std::get_if<DevicePrinter>(&options.where);
  if (device == nullptr || !device->serial || device->serial->baud == 0) return {};
  return std::chrono::milliseconds(bytes * 1000 * kBitsPerByte / device->serial->baud);
}

PrintSession::PrintSession(asio::io_context& io, LinePrinterOptions const& options, std::vector<std::byte> job,
                           ReceiptPrinter::Done ended)
    : io_(io),
      options_(options),
      job_(std::move(job)),
      ended_(std::move(ended)),
      line_(make_line(io, options)),
      deadline_timer_(io),
      step_timer_(io) {}

void PrintSession::arm(Timer& timer, Clock::duration after, void (PrintSession::*then)()) {
  timer.expires_after(after);
  timer.async_wait([self = shared_from_this(), then](Failure failure) {
    if (!failure && self->step_ != Step::ended) (self.get()->*then)();
  });
}

void PrintSession::start(Clock::time_point deadline) {
  deadline_ = deadline;
  arm(deadline_timer_, std::max(deadline - Clock::now(), Clock::duration::zero()), &PrintSession::out_of_time);
  line_->open([self = shared_from_this()](Failure failure, std::string const& why) { self->opened(failure, why); });
}

void PrintSession::opened(Failure failure, std::string const& why) {
  if (step_ != Step::opening) return;
  if (!why.empty()) return refuse(Code::io, why);
  if (failure) return line_lost(failure);
  ask();
}

void PrintSession::ask_status(std::vector<std::byte>& out) {
  if (star()) return put(out, {0x1B, 0x06, 0x01});
  for (unsigned n : {1U, 2U, 4U}) {
    put(out, {0x10, 0x04, n});
    asked_.push_back(n);
  }
}

void PrintSession::write_status_question() {
  if (writing_question_) return;
  writing_question_ = true;
  question_.clear();
  ask_status(question_);
  if (step_ == Step::asking && options_.auto_status && !star()) put(question_, {0x1D, 'a', 0x0E});
  line_->write(question_, [self = shared_from_this()](Failure failure, std::size_t) {
    self->writing_question_ = false;
    if (failure && self->step_ == Step::asking) self->line_lost(failure);
  });
}

void PrintSession::ask() {
  step_ = Step::asking;
  read();
  if (options_.language == Dialect::bematech) return judge();  // nothing to ask it
  write_status_question();
  arm(step_timer_, options_.status_answer, &PrintSession::silence);
}

void PrintSession::read() {
  line_->read(buffer_, [self = shared_from_this()](Failure failure, std::size_t bytes) {
    if (self->step_ == Step::ended) return;
    if (failure) return self->line_lost(failure);
    self->take_answers(bytes);
    if (self->step_ != Step::ended) self->read();
  });
}

void PrintSession::take_answers(std::size_t bytes) {
  if (star()) return take_star_answers(bytes);
  reader_.take(std::span(buffer_).first(bytes), answers_);
  if (step_ == Step::asking && answers_.real_time.size() >= 3) judge();
  if (step_ == Step::proving) take_proof();
}

void PrintSession::take_star_answers(std::size_t bytes) {
  auto const said = star_reader_.take(std::span(buffer_).first(bytes));
  if (!said) return;
  star_ = said;
  near_end_ = said->paper_near_end;
  if (step_ == Step::asking) judge();
  if (step_ == Step::proving) take_proof();
}

/// The step timer ran out: the printer answers no status, or not all of it.
void PrintSession::silence() {
  if (step_ == Step::proving) return poll_while_proving();
  if (step_ == Step::closing) return end();
  if (step_ == Step::asking) judge();
}

/// The most telling trouble among the answers: "cover open" says more than "offline". Uses the answers up, but only
/// when every question is answered: until then it cannot be told which answer is whose.
std::string PrintSession::worst_trouble() {
  if (star()) return star_ ? star_->trouble : std::string();
  std::string worst;
  if (auto const pushed = std::exchange(answers_.pushed, std::nullopt)) {
    worst = trouble(*pushed);
    if (near_end(*pushed)) near_end_ = true;
  }
  if (answers_.real_time.size() < asked_.size()) return worst;
  for (auto const byte : std::exchange(answers_.real_time, {})) {
    if (asked_.empty()) break;
    auto const n = asked_.front();
    asked_.pop_front();
    auto const found = trouble(n, byte);
    if (!found.empty() && (worst.empty() || worst == "offline")) worst = found;
    if (n == 4 && near_end(byte)) near_end_ = true;
  }
  return worst;
}

void PrintSession::judge() {
  step_timer_.cancel();
  answers_status_ = !answers_.real_time.empty() || answers_.pushed || star_;
  if (answers_.foreign.size() + answers_.in_order.size() > answers_.real_time.size()) {
    return refuse(Code::io, "answered something that is no printer status; check host and port");
  }
  auto const found = worst_trouble();
  if (!found.empty()) return refuse(Code::busy, found + "; " + std::string(mend(found)));
  send();
}

void PrintSession::send() {
  step_ = Step::sending;
  asked_.clear();
  answers_ = {};
  if (star_) {
    star_printed_ = star_->printed;
    put(job_, {0x17});  // ETB: counted when the printer gets there
    star_.reset();
  }
  if (star() || options_.language == Dialect::bematech) options_.auto_status = options_.in_order_status = false;
  if (options_.auto_status) put(job_, {0x1D, 'a', 0x00});
  if (answers_status_ && options_.in_order_status) put(job_, {0x1D, 'r', 0x01});
  line_->write(job_, [self = shared_from_this()](Failure failure, std::size_t written) {
    if (self->step_ != Step::sending) return;
    if (failure) return self->not_written(failure, written);
    self->sent();
  });
}

void PrintSession::sent() {
  if (!answers_status_) return succeed(PrintFate::unconfirmed, kNoStatus);
  step_ = Step::proving;
  if (!options_.in_order_status) write_status_question();
  arm(step_timer_, kPollWhileProving, &PrintSession::silence);
  take_proof();
}

/// The word from behind the job counts first: what is wrong now may have come after the slip.
void PrintSession::take_proof() {
  if (star()) return take_star_proof();
  if (options_.in_order_status && !answers_.in_order.empty()) {
    if (paper_out_in_order(answers_.in_order.front())) near_end_ = true;
    return succeed(PrintFate::printed, near_end_ ? "printed; paper is near its end" : "printed");
  }
  auto const found = worst_trouble();
  if (!found.empty()) return succeed(PrintFate::unconfirmed, found + " while printing; " + std::string(mend(found)));
  // Answered ahead of the paper: the job was taken and nothing is wrong yet, more it does not say.
  if (!options_.in_order_status && asked_.empty()) {
    succeed(PrintFate::unconfirmed, "sent; the printer is ready, printing is not confirmed");
  }
}

void PrintSession::take_star_proof() {
  if (!star_) return;
  auto const said = *std::exchange(star_, std::nullopt);
  if (star_printed_ && said.printed && *said.printed != *star_printed_) {
    return succeed(PrintFate::printed, near_end_ ? "printed; paper is near its end" : "printed");
  }
  if (!said.trouble.empty()) {
    return succeed(PrintFate::unconfirmed, said.trouble + " while printing; " + std::string(mend(said.trouble)));
  }
  if (!star_printed_ || !said.printed) succeed(PrintFate::unconfirmed, "sent; the printer counts no jobs");
}

/// No proof yet: a printer that ran out of paper in the middle tells so only when it is asked.
void PrintSession::poll_while_proving() {
  if (asked_.empty()) write_status_question();
  arm(step_timer_, kPollWhileProving, &PrintSession::silence);
}

void PrintSession::line_lost(Failure failure) {
  if (step_ == Step::closing) return end();
  if (step_ == Step::proving) return succeed(PrintFate::unconfirmed, "sent; the printer hung up before it confirmed");
  if (step_ == Step::sending) return succeed(PrintFate::unconfirmed, kPartlySent);
  if (step_ == Step::opening) return refuse(Code::io, failure.message() + "; check that it is on and the address");
  refuse(Code::io, "the line was lost before printing (" + failure.message() + ")");
}

void PrintSession::not_written(Failure failure, std::size_t written) {
  if (written > 0) return line_lost(failure);
  refuse(Code::io, "the line was lost before printing (" + failure.message() + ")");
}

void PrintSession::out_of_time() {
  switch (step_) {
    case Step::closing:
      return end();
    case Step::proving:
      return succeed(PrintFate::unconfirmed, "sent; no confirmation in time");
    case Step::sending:
      return succeed(PrintFate::unconfirmed, "took the job too slowly; part of it may come out");
    default:
      return refuse(Code::timeout, "not ready in time; check that it is on and free");
  }
}

void PrintSession::refuse(Code code, std::string const& what) {
  outcome_ = fail(code, where(options_) + ": " + what);
  end();
}

void PrintSession::succeed(PrintFate fate, std::string text) {
  outcome_ = PrintProof{fate, near_end_, std::move(text)};
  close_gently();
}

/// A network printer is waited for until it hangs up, but not long. A device that says nothing gets the job's time to
/// take all of it; what has stopped in the middle is given up, so that the rest does not come out for the next
/// customer.
void PrintSession::close_gently() {
  bool const all_sent = step_ == Step::sending && outcome_ && outcome_->text == kNoStatus;
  step_ = Step::closing;
  bool const device = std::holds_alternative<DevicePrinter>(options_.where);
  auto const left = std::max<Clock::duration>(deadline_ - Clock::now(), kGentleClose);
  line_->finish([self = shared_from_this()] { self->end(); });
  arm(step_timer_, device && all_sent ? left : kGentleClose, &PrintSession::silence);
}

void PrintSession::cancel() {
  if (step_ == Step::ended || step_ == Step::closing) return;  // told already: the outcome stays
  if (step_ == Step::sending || step_ == Step::proving) {
    return succeed(PrintFate::unconfirmed, "cancelled while printing; it may come out");
  }
  outcome_ = fail(Code::rejected, where(options_) + ": the job was cancelled");
  end();
}

void PrintSession::end() {
  if (step_ == Step::ended) return;
  step_ = Step::ended;
  line_->close();
  deadline_timer_.cancel();
  step_timer_.cancel();
  asio::post(io_, [self = shared_from_this()] { self->ended_(std::move(self->outcome_)); });
}

}  // namespace tillcue::pos
