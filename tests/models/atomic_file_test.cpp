#include "tillcue/models/atomic_file.hpp"

#include <csignal>
#include <filesystem>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "made.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

/// Lets files grow to `bytes` only, as a full disk would.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit const small{bytes, limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  FullDisk(FullDisk const&) = delete;
  FullDisk& operator=(FullDisk const&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int);
};

std::size_t files_in(std::string const& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace

TEST_CASE("a written file reads back and replaces the old one") {
  made::Folder folder;
  auto const path = folder.file("f");
  REQUIRE(write_file(path, std::string_view("one")).has_value());
  REQUIRE(write_file(path, std::string_view("two")).has_value());
  CHECK(read_file(path, 100).value() == "two");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a file that is also an input is refused by what it is, not by its name; devices are not") {
  made::Folder folder;
  auto const path = folder.file("f");
  made::put_file(path, "sales");
  std::filesystem::create_symlink(path, folder.file("link"));
  std::filesystem::create_hard_link(path, folder.file("hard"));
  std::vector<std::string> const inputs{folder.file("none"), path};
  auto const named = can_write(path, inputs);
  REQUIRE(!named.has_value());
  CHECK(named.error().code == Code::invalid);
  CHECK(named.error().what == path + ": is also an input, which would be lost; write to another file");
  for (auto const* const other : {"link", "hard", "./f"}) {
    auto const refused = can_write(folder.file(other), inputs);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().what.find("is also an input (" + path + "), which would be lost") != std::string::npos);
  }
  CHECK(can_write(folder.file("new"), inputs).has_value());
  std::vector<std::string> const device{"/dev/null"};
  CHECK(can_write("/dev/null", device).has_value());
}

TEST_CASE("a file of a kind takes the place of its like, of what is empty and of nothing else") {
  made::Folder folder;
  auto const path = folder.file("f");
  auto const possible = [&](std::string const& bytes) {
    made::put_file(path, bytes);
    return can_write(path, {}, kCountsFile);
  };
  CHECK(can_write(path, {}, kCountsFile).has_value());
  CHECK(possible("").has_value());
  CHECK(possible("TCCOUNT1 and so on").has_value());
  for (auto const* const other : {"T", "TCCOUN", "sales of a year"}) {
    auto const refused = possible(other);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::invalid);
    CHECK(refused.error().what ==
          path + ": is there already and is no counts file; write to another file, or move this one away");
  }
  CHECK(can_write("/dev/null", {}, kCountsFile).has_value());
}

TEST_CASE("a full disk leaves the old file and nothing beside it") {
  made::Folder folder;
  auto const path = folder.file("f");
  REQUIRE(write_file(path, std::string_view("old")).has_value());
  Result<void> written;
  {
    FullDisk const disk(4096);
    written = write_file(path, std::string(100'000, 'x'));
  }
  REQUIRE(!written.has_value());
  CHECK(written.error().code == Code::io);
  CHECK(read_file(path, 100).value() == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a folder that is not there is an error") {
  made::Folder folder;
  CHECK(write_file(folder.file("none/f"), std::string_view("x")).error().code == Code::io);
}

TEST_CASE("a target that is a folder is not replaced") {
  made::Folder folder;
  std::filesystem::create_directory(folder.file("f"));
  made::put_file(folder.file("f/inside"), "x");
  CHECK(write_file(folder.file("f"), std::string_view("x")).error().code == Code::io);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a FIFO is written into and stays one") {
  made::Folder folder;
  auto const path = folder.file("fifo");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  // Opened for both so that neither side waits for the other: what is written stays in the pipe.
  int const both = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(both >= 0);
  auto const written = write_file(path, std::string_view("through"));
  REQUIRE_MESSAGE(written.has_value(), written.error().what);
  REQUIRE(std::filesystem::is_fifo(path));
  char text[16] = {};
  CHECK(::read(both, text, sizeof text) == 7);
  CHECK(std::string(text) == "through");
  ::close(both);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a device is written into and stays one") {
  made::Folder folder;
  auto const path = folder.file("full");
  // A node of our own for what /dev/full is: a mistake must not cost the machine its device.
  if (::mknod(path.c_str(), S_IFCHR | 0600, ::makedev(1, 7)) != 0) {
    MESSAGE("may not make a device here; not tried");
    return;
  }
  auto const written = write_file(path, std::string_view("x"));
  REQUIRE(!written.has_value());
  CHECK(written.error().code == Code::io);
  CHECK(std::filesystem::is_character_file(path));
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a symlink stays one and what it leads to is replaced, also when that is not there yet") {
  made::Folder folder;
  std::filesystem::create_directory(folder.file("below"));
  std::filesystem::create_symlink("below/f", folder.file("link"));
  std::filesystem::create_symlink("link", folder.file("link to link"));
  for (auto const* const text : {"one", "two"}) {
    auto const written = write_file(folder.file("link to link"), std::string_view(text));
    REQUIRE_MESSAGE(written.has_value(), written.error().what);
    CHECK(std::filesystem::is_symlink(folder.file("link")));
    CHECK(std::filesystem::is_symlink(folder.file("link to link")));
    CHECK(read_file(folder.file("below/f"), 100).value() == text);
    CHECK(files_in(folder.file("below")) == 1);
  }
  std::filesystem::create_symlink("round", folder.file("round"));
  CHECK(write_file(folder.file("round"), std::string_view("x")).error().code == Code::io);
  CHECK(std::filesystem::is_symlink(folder.file("round")));
}
