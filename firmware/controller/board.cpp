#include "board.hpp"

#include <algorithm>
#include <array>
#include <charconv>

extern "C" {
extern std::uint32_t bss_begin[], bss_end[], stack_top[];
int demonstrate();
[[noreturn]] void reset();
[[noreturn]] void fault();
}

namespace board {
namespace {

// Numbers of the calls: Arm's "Semihosting for AArch32 and AArch64".
enum : std::uint32_t { kOpen = 0x01, kWrite0 = 0x04, kRead = 0x06, kExitExtended = 0x20 };
constexpr std::uint32_t kStopped = 0x20026;
constexpr std::uint32_t kPaint = 0xA5A5'A5A5;

std::uint32_t call(std::uint32_t number, void const* arguments) noexcept {
  register std::uint32_t r0 asm("r0") = number;
  register void const* r1 asm("r1") = arguments;
  asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

std::uint32_t console() noexcept {
  static std::uint32_t handle = 0;
  if (handle == 0) {
    std::uint32_t const arguments[] = {reinterpret_cast<std::uint32_t>(":tt"), 0, 3};
    handle = call(kOpen, arguments);
  }
  return handle;
}

std::uint32_t volatile& systick(std::size_t n) noexcept {
  return reinterpret_cast<std::uint32_t volatile*>(0xE000'E010)[n];  // control, reload, current
}

template <class Number>
void write_number(Number number) noexcept {
  std::array<char, 12> text;
  auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  write({text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace

void write(std::string_view text) noexcept {
  std::array<char, 64> piece;
  while (!text.empty()) {
    auto const size = std::min(text.size(), piece.size() - 1);
    std::copy_n(text.begin(), size, piece.begin());
    piece[size] = '\0';
    call(kWrite0, piece.data());
    text.remove_prefix(size);
  }
}

void write(std::uint32_t number) noexcept { write_number(number); }
void write(std::int32_t number) noexcept { write_number(number); }

int read() noexcept {
  unsigned char character = 0;
  std::uint32_t const arguments[] = {console(), reinterpret_cast<std::uint32_t>(&character), 1};
  return call(kRead, arguments) == 0 ? character : -1;
}

void exit(int code) noexcept {
  std::uint32_t const arguments[] = {kStopped, static_cast<std::uint32_t>(code)};
  call(kExitExtended, arguments);
  for (;;) {
  }
}

void start_clock() noexcept {
  systick(1) = 0xFF'FFFF;
  systick(2) = 0;
  systick(0) = 5;
}

std::uint32_t ticks() noexcept { return 0xFF'FFFF - systick(2); }

std::size_t stack_used() noexcept {
  auto const* lowest = bss_end;
  while (lowest < stack_top && *lowest == kPaint) ++lowest;
  return static_cast<std::size_t>(stack_top - lowest) * sizeof *lowest;
}

/// Nothing is copied: there is no initialised data, which the test checks.
void prepare() noexcept {
  std::fill(bss_begin, bss_end, 0);
  // As far as this function's own frame lets us.
  auto const* const end = static_cast<std::uint32_t*>(__builtin_frame_address(0)) - 32;
  for (std::uint32_t volatile* at = bss_end; at < end; at = at + 1) *at = kPaint;
}

}  // namespace board

void reset() {
  board::prepare();
  board::exit(demonstrate());
}

void fault() { board::exit(70); }

extern "C" {
__attribute__((section(".vectors"), used)) void (*const vectors[16])() = {
    reinterpret_cast<void (*)()>(stack_top), reset, fault, fault, fault, fault, fault};
}
