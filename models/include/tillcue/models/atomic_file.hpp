#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"
#include "tillcue/core/whole_file.hpp"

namespace tillcue::models {

/// Replaces the file at `path` as a whole: written beside it, forced to the disk, then renamed over it. A failure or a
/// power cut leaves the old file, or none where none was. A link stays one: what it leads to is replaced. What is no
/// regular file (a device, a FIFO) is written into.
/// Errors  io, in the system's words.
Result<void> write_file(std::string const& path, std::span<std::byte const> bytes);
Result<void> write_file(std::string const& path, std::string_view bytes);

/// The same for what is written bit by bit: `produce` is given what takes the next bytes.
/// Errors  io, and those of `produce`: then the old file stays.
using Put = std::function<Result<void>(std::string_view)>;
Result<void> write_file(std::string const& path, std::function<Result<void>(Put const&)> const& produce);

/// Whether write_file(path) has where to write: asked before long work for it. Nothing is written or made.
/// Errors  io: it is a folder, or that of the file is missing or may not be written to.
Result<void> can_write(std::string const& path);

/// The same for what is made of `inputs`: none of them may be lost to it, whatever it is called here.
/// Errors  also invalid: it is one of the inputs.
Result<void> can_write(std::string const& path, std::span<std::string const> inputs);

/// Files of a kind: how each begins, and what it is called.
struct FileKind {
  std::string_view begins, name;
};
inline constexpr FileKind kBundleFile{"TILLCUE\x1a", "bundle"};
inline constexpr FileKind kParcelFile{"TILLPAR\x1a", "parcel"};
inline constexpr FileKind kCountsFile{"TCCOUNT", "counts file"};
/// What import and sample write, and nobody else in this order of columns.
inline constexpr FileKind kSalesFile{"basket_id,customer_id,timestamp,sku,quantity,unit_price\n",
                                     "transactions file with "
                                     "columns as written here"};

/// The same where a file of a kind is to be written: what is there and is none is somebody's work under a mistyped
/// name. Errors  also invalid: it is there, not empty, and of another kind.
Result<void> can_write(std::string const& path, std::span<std::string const> inputs, FileKind const& kind);

}  // namespace tillcue::models
