#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

// What the bypass and the daemon say to each other over the tap, a Unix socket (pos-adapter/PROXY.md): frames of one
// byte kind, four bytes length (little-endian), payload. The bypass owns the lines; the daemon listens and may ask
// for a slip to be printed at one place of the stream and nowhere else.
namespace tillcue::pos {

inline constexpr std::uint8_t kTapVersion = 2;
inline constexpr std::uint8_t kTapWithoutBacklog = 1;  ///< a bypass that was not started anew since
inline constexpr std::size_t kMaxTapPayload = std::size_t{256} * 1024;

enum class TapKind : std::uint8_t {
  hello = 'H',      ///< bypass: version, offset, where the present begins, which bypass it is, commands that make the
                    ///< printer's state at that offset
  from_pos = 'P',   ///< bypass: offset, bytes the POS sent
  job_begun = 'O',  ///< bypass: offset; a POS connected
  job_ended = 'E',  ///< bypass: offset; it closed or half-closed
  pushed = 'R',     ///< bypass: automatic status of the printer, in whole blocks of four
  fate = 'A',       ///< bypass: what became of a slip
  cut_held = 'C',   ///< bypass: offset of the cut that waits
  print = 'I',      ///< daemon: slip to print at an offset
  release = 'L',    ///< daemon: nothing is to be printed at this offset, go on
  heard = 'D',      ///< daemon: everything before this offset was read and told
};

struct TapFrame {
  TapKind kind = TapKind::hello;
  std::span<std::byte const> payload;
};

enum class SlipFate : std::uint8_t { refused, unconfirmed, printed };

struct TapPrint {
  std::uint64_t id = 0;
  std::uint64_t at = 0;
  std::span<std::byte const> job;
};
struct TapFate {
  std::uint64_t id = 0;
  SlipFate fate = SlipFate::refused;
  bool near_end = false;
  std::string text;
};
struct TapHello {
  std::uint64_t at = 0;        ///< what follows begins there: what nobody has read to its end
  std::uint64_t present = 0;   ///< what lies before it was printed while nobody listened
  std::uint64_t instance = 0;  ///< of the bypass; 0: one that keeps no backlog
  std::span<std::byte const> state;
};
/// from_pos, job_begun, job_ended, cut_held, release, heard.
struct TapAt {
  std::uint64_t at = 0;
  std::span<std::byte const> bytes;
};

void put_frame(std::vector<std::byte>& out, TapKind kind, TapAt const& at);
void put_frame(std::vector<std::byte>& out, TapKind kind, std::span<std::byte const> payload);
void put_frame(std::vector<std::byte>& out, TapHello const& hello);
void put_frame(std::vector<std::byte>& out, TapPrint const& print);
void put_frame(std::vector<std::byte>& out, TapFate const& fate);

/// Errors  invalid: the payload is too short.
Result<TapAt> read_at(TapFrame const& frame);
/// Errors  unsupported, too: a bypass of another release.
Result<TapHello> read_hello(TapFrame const& frame);
Result<TapPrint> read_print(TapFrame const& frame);
Result<TapFate> read_fate(TapFrame const& frame);

/// Puts frames together again, however they are split. A sink that resets it must return an error.
/// Errors  invalid: an unknown kind or a length beyond kMaxTapPayload; the peer is none of ours.
class TapReader {
 public:
  using Sink = std::function<Result<void>(TapFrame const&)>;
  Result<void> feed(std::span<std::byte const> bytes, Sink const& sink);
  void reset() { held_.clear(); }

 private:
  std::vector<std::byte> held_;
};

}  // namespace tillcue::pos
