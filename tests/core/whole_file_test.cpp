#include "tillcue/core/whole_file.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tillcue {
namespace {

namespace fs = std::filesystem;

/// A folder that is gone with its test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("tillcue-whole-file-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  ~Folder() { fs::remove_all(path); }
};

bool says(Result<std::string> const& read, Code code, std::string const& part) {
  return !read && read.error().code == code && read.error().what.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a file is read whole, up to the most bytes it may have") {
  Folder const folder;
  auto const file = folder.path / "f";
  std::ofstream(file, std::ios::binary) << std::string(70'000, 'x') << '\0' << "end\n";
  for (auto const read : {read_file, read_regular_file}) {
    CHECK(read(file, 70'005).value().substr(70'000) == std::string("\0end\n", 5));
    CHECK(says(read(file, 70'004), Code::invalid, file.string() + ": is larger than 70004 bytes"));
    std::ofstream(folder.path / "empty");
    CHECK(read(folder.path / "empty", 0).value().empty());
  }
}

TEST_CASE("what is no file is an error that names it: nothing there, a folder, one whose reading fails") {
  Folder const folder;
  for (auto const read : {read_file, read_regular_file}) {
    CHECK(says(read(folder.path / "none", 10), Code::not_found, "none: cannot be read: No such file"));
    CHECK(says(read(folder.path, 10), Code::invalid, folder.path.string() + ": is a folder; name a file"));
    // Opened, and then EIO: nobody has mapped its first page.
    CHECK(says(read("/proc/self/mem", 10), Code::io, "/proc/self/mem: cannot be read: Input/output error"));
  }
}

TEST_CASE("a daemon waits for no pipe") {
  Folder const folder;
  auto const pipe = folder.path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(says(read_regular_file(pipe, 10), Code::invalid, "is a device or a pipe, not a file"));
  CHECK(says(read_regular_file("/dev/null", 10), Code::invalid, "is a device or a pipe"));
  CHECK(read_file("/dev/null", 10).value().empty());
}

}  // namespace tillcue
