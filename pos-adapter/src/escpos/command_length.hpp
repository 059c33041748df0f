#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {

/// What the head of a command tells about its length.
struct CommandLength {
  enum class Kind : std::uint8_t { known, need_more, unknown };
  Kind kind = Kind::unknown;
  std::uint64_t bytes = 0;  ///< known: all of the command; need_more: look again when this many are there
};

/// `head` starts with ESC, GS, FS, DLE or US and holds at least two bytes.
/// Need_more never asks for fewer bytes than it was given plus one. Cost  constant, but linear in the held bytes for
/// the few commands that end at a NUL or hold records.
CommandLength command_length(std::span<std::byte const> head, Dialect dialect = Dialect::escpos) noexcept;
/// The same for what begins with ESC in Star's dialect.
CommandLength star_length(std::span<std::byte const> head) noexcept;
/// Of a row in Star's raster mode, from its first three bytes.
CommandLength raster_row_length(std::span<std::byte const> head) noexcept;

}  // namespace tillcue::pos
