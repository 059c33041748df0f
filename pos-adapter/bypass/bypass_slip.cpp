#include <algorithm>
#include <array>

#include <sys/socket.h>

#include "../src/printer/printer_status.hpp"
#include "bypass.hpp"

// The daemon's side of the bypass: the tap and the slips it asks for.
namespace tillcue::pos {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostForTap = std::size_t{2} * 1024 * 1024, kPiece = std::size_t{64} * 1024;
constexpr std::chrono::milliseconds kStatusAnswer = 80ms, kSending = 2s, kConnectForSlip = 500ms;

std::vector<std::byte> bytes(std::initializer_list<unsigned> values) {
  std::vector<std::byte> out;
  for (unsigned const v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

}  // namespace

template <class... Parts>
void Bypass::tell(Parts const&... parts) {
  if (!tap_) return;
  std::vector<std::byte> frame;
  put_frame(frame, parts...);
  to_tap_.add(frame);
  if (to_tap_.size() > kMostForTap) return drop_tap("does not read; hung up on");
  write_tap();
}
template void Bypass::tell(TapKind const&, TapAt const&);
template void Bypass::tell(TapKind const&, std::span<std::byte const> const&);
template void Bypass::tell(TapFate const&);
template void Bypass::tell(TapHello const&);

void Bypass::accept_tap() {
  Descriptor daemon(::accept4(tap_listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!daemon) return;
  if (tap_) drop_tap("replaced by a newer one");
  tap_ = std::move(daemon);
  say_("daemon connected");
  if (backlog_.retell(state_)) say_("what was printed meanwhile is given up: the daemon went away over it three times");
  tell_backlog();
}

/// Where it begins and in which state of the printer, then piece by piece, parted where jobs ended.
void Bypass::tell_backlog() {
  auto const state = backlog_.state();
  auto at = taken_ - backlog_.bytes().size();
  tell(TapHello{at, taken_, instance_, state});
  auto left = backlog_.bytes();
  auto ends = backlog_.ends();
  while (!left.empty() || !ends.empty()) {
    auto const until = ends.empty() ? taken_ : ends.front();
    auto const size = std::min({static_cast<std::size_t>(until - at), left.size(), kPiece});
    if (size > 0) tell(TapKind::from_pos, TapAt{at, left.first(size)});
    left = left.subspan(size);
    at += size;
    if (at < until) continue;
    if (ends.empty()) return;
    tell(TapKind::job_ended, TapAt{at, {}});
    ends = ends.subspan(1);
  }
}

void Bypass::read_tap() {
  std::array<std::byte, 4096> heard{};
  auto const got = read_some(tap_, heard);
  if (!got) return drop_tap(got.error().what);
  auto const fine = tap_reader_.feed(std::span(heard).first(*got), [this](TapFrame const& f) -> Result<void> {
    auto const done = obey(f);
    // An answer found it gone, and the reader has forgotten what follows.
    return tap_ ? done : fail(Code::io, "gone");
  });
  if (!fine && tap_) drop_tap(fine.error().what);
}

void Bypass::write_tap() {
  if (!tap_ || to_tap_.empty()) return;
  auto const put = write_some(tap_, to_tap_.front());
  if (!put) return drop_tap(put.error().what);
  to_tap_.drop(*put);
}

void Bypass::drop_tap(std::string const& why) {
  say_("daemon gone: " + why);
  tap_.reset();
  to_tap_.clear();
  tap_reader_.reset();
  if (slip_ && slip_->stage == Stage::asking) slip_.reset();
  release_cut();
}

Result<void> Bypass::obey(TapFrame const& frame) {
  if (frame.kind == TapKind::release) {
    auto const at = read_at(frame);
    if (!at) return tl::unexpected(at.error());
    if (cut_held_at_ == at->at) release_cut();
    if (at->at == taken_ && pos_done_) linger_until_ = Clock::now();
    return {};
  }
  if (frame.kind == TapKind::heard) {
    auto const at = read_at(frame);
    if (!at) return tl::unexpected(at.error());
    backlog_.heard(at->at);
    return {};
  }
  if (frame.kind != TapKind::print) return fail(Code::invalid, "tap: not for the bypass to hear");
  auto const print = read_print(frame);
  if (!print) return tl::unexpected(print.error());
  begin_slip(*print);
  return {};
}

/// Why nothing may be printed at this offset now; empty when it may.
std::string Bypass::obstacle(std::uint64_t at) const {
  if (cut_held_at_) return *cut_held_at_ == at ? "" : "another cut waits";
  if (at != taken_ || !held_.empty()) return "the POS went on printing";
  if (!tokens_.between_tokens()) return "the POS is in the middle of a command";
  if (!state_.may_print_between()) return "the POS is in the middle of a line or page";
  return to_printer_.empty() ? "" : "the printer has not taken the receipt yet";
}

void Bypass::begin_slip(TapPrint const& print) {
  if (slip_) return tell(TapFate{print.id, SlipFate::refused, false, "another slip is being printed"});
  if (closing_) return tell(TapFate{print.id, SlipFate::refused, false, "the job's line is closed already"});
  if (auto const why = obstacle(print.at); !why.empty()) {
    return tell(TapFate{print.id, SlipFate::refused, false, why});
  }
  if ((dialect_of(print.job) == Dialect::star) != (options_.language == Dialect::star)) {
    return tell(TapFate{print.id, SlipFate::refused, false, "printer.profile and tillcue-bypass --language differ"});
  }
  slip_.emplace();
  slip_->id = print.id;
  slip_->job.assign(print.job.begin(), print.job.end());
  slip_->deadline = Clock::now() + kConnectForSlip;
  if (!printer_) reach_printer();  // may fail at once and end the slip
  if (slip_ && printer_ready()) ask_printer();
}

void Bypass::ask_printer() {
  if (patience_.may_ask(Clock::now())) printer_silent_ = false;
  if (!options_.ask_status || printer_silent_ || !printer_reads_) return send_slip();
  slip_->deadline = Clock::now() + kStatusAnswer;
  auto const question = bytes({0x10, 0x04, 1, 0x10, 0x04, 2, 0x10, 0x04, 4});
  Tokenizer tokens;
  tokens.feed(question, [this](Token const& token) { replies_.asked(token, Asker::us, Clock::now()); });
  queue_printer(question);
}

/// All answers are there, or the time for them is over.
void Bypass::judge() {
  if (!printer_ready()) return end_slip(SlipFate::refused, "no connection to the printer");
  auto const& answers = slip_->answers;
  if (answers.empty()) {
    printer_silent_ = true;
    patience_.missed(Clock::now());
  }
  constexpr std::array<unsigned, 3> kAsked{1, 2, 4};
  std::string worst;
  for (std::size_t n = 0; n < answers.size() && n < kAsked.size(); ++n) {
    auto const found = trouble(kAsked[n], answers[n]);
    if (!found.empty() && (worst.empty() || worst == "offline")) worst = found;
    if (kAsked[n] == 4 && near_end(answers[n])) slip_->near_end = true;
  }
  if (!worst.empty()) return end_slip(SlipFate::refused, worst);
  send_slip();
}

void Bypass::send_slip() {
  slip_->stage = Stage::sending;
  slip_->deadline = Clock::now() + kSending;
  auto out = wrapped(slip_->job, state_, options_.resting_code_page);
  if (options_.ask_status && !printer_silent_ && printer_reads_) {
    auto const proof = bytes({0x1D, 'r', 1});
    Tokenizer tokens;
    tokens.feed(proof, [this](Token const& token) { replies_.asked(token, Asker::us, Clock::now()); });
    out.insert(out.end(), proof.begin(), proof.end());
  }
  slip_->sent_at = queued_ + out.size();
  queue_printer(out);
  if (cut_held_at_) release_cut();
}

void Bypass::end_slip(SlipFate fate, std::string text) {
  auto const slip = std::exchange(slip_, {});
  if (fate == SlipFate::refused && cut_held_at_) release_cut();
  tell(TapFate{slip->id, fate, slip->near_end, std::move(text)});
  if (pos_done_ && !closing_) linger_until_ = Clock::now();
}

}  // namespace tillcue::pos
