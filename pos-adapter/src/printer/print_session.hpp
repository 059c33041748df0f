#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "printer_line.hpp"
#include "printer_status.hpp"
#include "star_status.hpp"
#include "tillcue/pos/receipt_printer.hpp"

namespace tillcue::pos {

/// One job on its own line: open, ask, send, ask again, close. From the first byte of the job on nothing is an
/// error any more: the slip may be in the customer's hand.
/// Threads  the io_context's.  `ended` is called exactly once and never inside start() or cancel().
class PrintSession : public std::enable_shared_from_this<PrintSession> {
 public:
  using Clock = std::chrono::steady_clock;

  PrintSession(boost::asio::io_context& io, LinePrinterOptions const& options, std::vector<std::byte> job,
               ReceiptPrinter::Done ended);

  void start(Clock::time_point deadline);
  void cancel();

 private:
  enum class Step : std::uint8_t { opening, asking, sending, proving, closing, ended };
  using Failure = PrinterLine::Failure;

  void opened(Failure failure, std::string const& why);
  void ask();
  void read();
  void take_answers(std::size_t bytes);
  void judge();
  void send();
  void sent();
  void take_star_answers(std::size_t bytes);
  void take_star_proof();
  void take_proof();
  void poll_while_proving();
  void line_lost(Failure failure);
  void not_written(Failure failure, std::size_t written);
  void out_of_time();
  void silence();

  void refuse(Code code, std::string const& what);
  void succeed(PrintFate fate, std::string text);
  void close_gently();
  void end();
  void ask_status(std::vector<std::byte>& out);
  [[nodiscard]] bool star() const { return options_.language == Dialect::star; }
  void write_status_question();
  void arm(Timer& timer, Clock::duration after, void (PrintSession::*then)());
  [[nodiscard]] std::string worst_trouble();

  boost::asio::io_context& io_;
  LinePrinterOptions options_;
  std::vector<std::byte> job_;
  ReceiptPrinter::Done ended_;
  std::unique_ptr<PrinterLine> line_;
  Clock::time_point deadline_{};
  Timer deadline_timer_, step_timer_;
  Step step_ = Step::opening;
  std::array<std::byte, 256> buffer_{};
  std::vector<std::byte> question_;
  AnswerReader reader_;
  AnswerReader::Answers answers_;
  std::deque<unsigned> asked_;  ///< which DLE EOT n the next real-time answer belongs to
  StarStatusReader star_reader_;
  std::optional<StarStatus> star_;        ///< its last word
  std::optional<unsigned> star_printed_;  ///< its ETB counter before the job
  bool answers_status_ = false;
  bool writing_question_ = false;
  bool near_end_ = false;
  Result<PrintProof> outcome_;
};

/// host:port, or the device's path.
std::string where(LinePrinterOptions const& options);
/// What the bytes of a job take on a serial line; nothing on any other.
std::chrono::milliseconds time_on_line(LinePrinterOptions const& options, std::size_t bytes);

}  // namespace tillcue::pos
