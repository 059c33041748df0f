#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "print_session.hpp"
#include "tillcue/pos/receipt_printer.hpp"

namespace tillcue::pos {

/// The queue: one job on the line and one waiting.
class LinePrinter::Impl : public std::enable_shared_from_this<LinePrinter::Impl> {
 public:
  Impl(boost::asio::io_context& io, LinePrinterOptions options) : io_(io), options_(std::move(options)) {}

  void print(std::vector<std::byte> bytes, Done done);
  void cancel();
  void abandon();
  [[nodiscard]] bool idle() const noexcept { return session_ == nullptr && !waiting_; }

 private:
  struct Job {
    std::vector<std::byte> bytes;
    Done done;
    PrintSession::Clock::time_point deadline;
  };

  void start(Job job);
  void ended(Done const& done, Result<PrintProof> result);
  void refuse(Done done, Code code, std::string what);

  boost::asio::io_context& io_;
  LinePrinterOptions options_;
  std::shared_ptr<PrintSession> session_;
  std::optional<Job> waiting_;
  bool abandoned_ = false;
};

void LinePrinter::Impl::print(std::vector<std::byte> bytes, Done done) {
  auto const deadline = PrintSession::Clock::now() + options_.total + time_on_line(options_, bytes.size());
  Job job{std::move(bytes), std::move(done), deadline};
  if (session_ == nullptr) return start(std::move(job));
  if (!waiting_) {
    waiting_ = std::move(job);
    return;
  }
  refuse(std::move(job.done), Code::busy, "two jobs are under way already");
}

void LinePrinter::Impl::start(Job job) {
  auto const deadline = job.deadline;
  session_ = std::make_shared<PrintSession>(io_, options_, std::move(job.bytes),
                                            [self = shared_from_this(), done = std::move(job.done)](
                                                Result<PrintProof> result) { self->ended(done, std::move(result)); });
  session_->start(deadline);
}

void LinePrinter::Impl::ended(Done const& done, Result<PrintProof> result) {
  session_.reset();
  if (abandoned_) return;
  if (waiting_) start(*std::exchange(waiting_, std::nullopt));
  done(std::move(result));  // last: it may print again, or destroy the printer
}

void LinePrinter::Impl::refuse(Done done, Code code, std::string what) {
  auto error = fail(code, where(options_) + ": " + std::move(what));
  boost::asio::post(io_, [self = shared_from_this(), done = std::move(done), error = std::move(error)] {
    if (!self->abandoned_) done(error);
  });
}

void LinePrinter::Impl::cancel() {
  if (waiting_) refuse(std::exchange(waiting_, std::nullopt)->done, Code::rejected, "the job was cancelled");
  if (session_) session_->cancel();
}

void LinePrinter::Impl::abandon() {
  abandoned_ = true;
  waiting_.reset();
  // What is under way holds itself, and us, until it has ended; nobody is asked for it any more.
  if (auto const session = std::exchange(session_, nullptr)) session->cancel();
}

LinePrinter::LinePrinter(boost::asio::io_context& io, LinePrinterOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

LinePrinter::~LinePrinter() { impl_->abandon(); }

void LinePrinter::print(std::vector<std::byte> job, Done done) { impl_->print(std::move(job), std::move(done)); }
void LinePrinter::cancel() { impl_->cancel(); }
bool LinePrinter::idle() const noexcept { return impl_->idle(); }

}  // namespace tillcue::pos
