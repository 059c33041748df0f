#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "../src/framed_job.hpp"
#include "../src/virtual_printer.hpp"
#include "commands.hpp"

namespace tillcue::pos::sim {
namespace {

struct PrinterArguments {
  std::string listen = "127.0.0.1:9100", profile = "generic-80", out, fault = "none";
  bool show = false;
};

int complain(Error const& error, int code = kExitInput) {
  std::cerr << "tillcue-pos: " << error.what << '\n';
  return code;
}

int stop_writer = -1;  // a signal handler can reach nothing but a global

void on_signal(int) {
  char const byte = 0;
  (void)!::write(stop_writer, &byte, 1);
}

/// Becomes readable at SIGINT or SIGTERM.
int stop_descriptor() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  stop_writer = ends[1];
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return ends[0];
}

std::string file_name(unsigned number) {
  char text[16];
  std::snprintf(text, sizeof text, "%03u.bin", number);
  return text;
}

/// Keeps and shows jobs as they come.
class Tray {
 public:
  Tray(PrinterArguments const& given, PrinterProfile profile) : given_(given), profile_(std::move(profile)) {}

  void take(std::vector<std::byte> const& job) {
    ++jobs_;
    if (!given_.out.empty()) keep(job);
    auto const title = "job " + std::to_string(jobs_) + ", " + std::to_string(job.size()) + " bytes";
    std::cout << (given_.show ? framed_job(job, profile_, title) : title + "\n") << std::flush;
  }
  [[nodiscard]] unsigned jobs() const { return jobs_; }

 private:
  void keep(std::vector<std::byte> const& job) const {
    auto const path = std::filesystem::path(given_.out) / file_name(jobs_);
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<char const*>(job.data()), static_cast<std::streamsize>(job.size()));
    if (!file) std::cerr << "tillcue-pos: " << path.string() << ": cannot be written\n";
  }

  PrinterArguments const& given_;
  PrinterProfile profile_;
  unsigned jobs_ = 0;
};

int serve(PrinterArguments const& given) {
  auto const address = parse_address(given.listen);
  if (!address) return complain(address.error().within("--listen"), kExitUsage);
  auto const fault = parse_fault(given.fault);
  if (!fault) return complain(fault.error().within("--fault"), kExitUsage);
  auto profile = find_profile(given.profile);
  if (!profile) return complain(profile.error().within("--profile"), kExitUsage);
  std::error_code failure;
  if (!given.out.empty()) std::filesystem::create_directories(given.out, failure);
  if (failure) return complain({Code::io, "--out " + given.out + ": " + failure.message()});

  Tray tray(given, std::move(*profile));
  auto printer = VirtualPrinter::listen(*address, *fault, [&](auto const& job) { tray.take(job); });
  if (!printer) return complain(printer.error().within("--listen"));
  int const stop = stop_descriptor();
  std::cout << "virtual printer on " << address->host << ':' << printer->port() << ", " << given.profile
            << (given.fault == "none" ? "" : ", acting " + given.fault) << std::endl;
  printer->run(stop);
  std::cout << tray.jobs() << " jobs printed" << std::endl;
  return 0;
}

}  // namespace

void add_printer(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand("printer", "a virtual ESC/POS printer behind TCP; runs until SIGINT or SIGTERM");
  auto given = std::make_shared<PrinterArguments>();
  command->add_option("--listen", given->listen, "HOST:PORT; port 0 takes a free one")->capture_default_str();
  command->add_option("--profile", given->profile, "printer profile that reads the jobs")->capture_default_str();
  command->add_option("--out", given->out, "folder for the jobs as they came, 001.bin, 002.bin, ...");
  command->add_flag("--show", given->show, "show each job as it looks on paper");
  command->add_option("--fault", given->fault, "none, paper, cover, silent or slow")->capture_default_str();
  command->callback([given, &chosen] { chosen = [given] { return serve(*given); }; });
}

}  // namespace tillcue::pos::sim
