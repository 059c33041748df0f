#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What the demonstration needs of the board: a console on the debugger's host (semihosting) and a clock.
namespace board {

void write(std::string_view text) noexcept;
void write(std::uint32_t number) noexcept;
void write(std::int32_t number) noexcept;
/// The next character of the console; -1 at its end.
int read() noexcept;
[[noreturn]] void exit(int code) noexcept;

/// Ticks of the processor's clock, counting up modulo 2^24.
void start_clock() noexcept;
std::uint32_t ticks() noexcept;

/// Bytes of stack that were ever used.
std::size_t stack_used() noexcept;

}  // namespace board
