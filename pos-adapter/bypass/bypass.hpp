#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "answer_patience.hpp"
#include "backlog.hpp"
#include "line/line.hpp"
#include "line_troubles.hpp"
#include "proxy/reply_splitter.hpp"
#include "proxy/tap_frame.hpp"
#include "tillcue/pos/printer_state.hpp"

namespace tillcue::pos {

struct BypassOptions {
  LineAddress pos, printer;
  std::string tap;                          ///< path of the Unix socket for the daemon; empty: only pass through
  std::uint8_t resting_code_page = 0;       ///< ESC t number to leave behind when the POS never sent one
  bool ask_status = true;                   ///< DLE EOT before a slip, GS r behind it; ESC/POS only
  Dialect language = Dialect::escpos;       ///< what POS and printer speak
  std::chrono::milliseconds linger{800};    ///< how long a finished TCP job's line is kept for a slip
  std::chrono::milliseconds same_paper{0};  ///< how long a cut may wait for a slip; 0: slips come behind the cut
  Descriptor listener{};                    ///< taken over instead of listening, from a supervisor
};

/// Bytes that wait for a line.
class ByteQueue {
 public:
  void add(std::span<std::byte const> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  [[nodiscard]] std::span<std::byte const> front() const { return std::span(bytes_).subspan(head_); }
  void drop(std::size_t count);
  void clear();
  [[nodiscard]] std::size_t size() const { return bytes_.size() - head_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

 private:
  std::vector<std::byte> bytes_;
  std::size_t head_ = 0;
};

/// Stands between a POS and its printer. What the POS sends is written to the printer before anything else is done
/// with it; what the printer says goes back. The daemon only gets a copy, over the tap, and is never waited for: when
/// it does not read, it is hung up on. What it has not read when it comes back is told it again. It may ask for a slip
/// at one offset of the POS's stream; the slip is printed when the POS has sent nothing beyond that offset, no command
/// is half sent and the printer is well. Threads  one: run() is a poll loop. Limits   64 KiB wait for the printer, then
/// the POS waits as it would for a slow printer; 2 MiB wait for the daemon.
class Bypass {
 public:
  using Clock = std::chrono::steady_clock;
  using Say = std::function<void(std::string const&)>;

  /// Errors  io, invalid: a line cannot be opened.
  static Result<Bypass> open(BypassOptions options, Say say);

  /// Runs until `stop` is readable, then lets what is queued reach the printer for at most a second.
  void run(int stop);
  /// Of the listening socket; 0 when the POS's side is no TCP.
  [[nodiscard]] std::uint16_t port() const;

 private:
  enum class Stage : std::uint8_t { asking, sending, proving };
  struct Slip {
    std::uint64_t id = 0;
    std::vector<std::byte> job;
    Stage stage = Stage::asking;
    Clock::time_point deadline;
    std::uint64_t sent_at = 0;  ///< count of written bytes at which all of it is out
    std::vector<std::uint8_t> answers;
    bool near_end = false;
  };

  Bypass(BypassOptions options, Say say);
  Result<void> open_lines();
  Result<void> open_tap();
  void turn(int timeout_ms, int stop, bool& stopping);
  [[nodiscard]] Clock::time_point next_due() const;
  void tick();

  // the POS's side
  void accept_pos();
  void read_pos();
  void reopen_pos();
  void forward(std::span<std::byte const> bytes);
  void forward_gated(std::span<std::byte const> bytes);
  void note(Token const& token);
  void keep(std::span<std::byte const> bytes);
  void pos_ended();
  void abort_pos();
  [[nodiscard]] bool reads_pos() const;
  [[nodiscard]] bool takes_clients() const;
  [[nodiscard]] bool line_is_idle() const;

  // the printer's side
  void reach_printer();
  void printer_connected();
  void read_printer();
  void write_printer();
  void write_pos();
  void lose_printer(std::string const& why);
  void tell_trouble(LineTroubles& troubles, std::string const& what);
  void close_gently();
  void queue_printer(std::span<std::byte const> bytes);
  [[nodiscard]] bool printer_ready() const { return static_cast<bool>(printer_) && !connecting_; }

  // the daemon's side
  void accept_tap();
  void tell_backlog();
  void read_tap();
  void write_tap();
  void drop_tap(std::string const& why);
  Result<void> obey(TapFrame const& frame);
  template <class... Parts>
  void tell(Parts const&... parts);

  // slips
  void begin_slip(TapPrint const& print);
  [[nodiscard]] std::string obstacle(std::uint64_t at) const;
  void ask_printer();
  void judge();
  void send_slip();
  void end_slip(SlipFate fate, std::string text);
  void release_cut();

  BypassOptions options_;
  Say say_;
  Descriptor listener_, pos_, printer_, tap_listener_, tap_;
  Descriptor parting_;  ///< the line of the job before, which the printer has not hung up yet
  bool connecting_ = false, pos_done_ = false, closing_ = false, printer_reads_ = true;
  Clock::time_point connect_deadline_{}, linger_until_{}, close_deadline_{}, reopen_at_{}, reopen_pos_at_{},
      quiet_reads_until_{}, closing_since_{}, last_byte_{}, parting_deadline_{};
  ByteQueue to_printer_, to_pos_, to_tap_;
  Backlog backlog_;
  std::uint64_t const instance_;
  Clock::time_point last_from_pos_{};
  std::uint64_t taken_ = 0;    ///< bytes from the POS
  std::uint64_t queued_ = 0;   ///< bytes ever queued for the printer
  std::uint64_t written_ = 0;  ///< of those, written
  Tokenizer tokens_;
  PrinterState state_;
  ReplySplitter replies_;
  TapReader tap_reader_;
  std::optional<Slip> slip_;
  bool printer_silent_ = false;  ///< has not answered the last question, or not been asked since
  AnswerPatience patience_;
  LineTroubles pos_troubles_, printer_troubles_;
  std::vector<std::byte> held_;               ///< same paper: a cut and what follows it, or what may become one
  std::optional<std::uint64_t> cut_held_at_;  ///< offset of that cut
  Clock::time_point hold_until_{};
  bool text_since_cut_ = false;
};

}  // namespace tillcue::pos
