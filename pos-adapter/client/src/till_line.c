#define _POSIX_C_SOURCE 200809L

#include "till_line.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST_QUEUED = 1024 * 1024, MOST_LINE = 64 * 1024 + 2 };

int till_line_init(till_line* line, char const* where) {
  memset(line, 0, sizeof *line);
  line->descriptor = -1;
  line->out.most = MOST_QUEUED;
  line->in.most = MOST_LINE + 4096;
  if (strncmp(where, "unix:", 5) == 0) {
    size_t const size = strlen(where + 5);
    if (size == 0 || size >= sizeof line->path) return -1;
    memcpy(line->path, where + 5, size + 1);
    return 0;
  }
  char const* const colon = strrchr(where, ':');
  if (colon == NULL) return -1;
  char const* from = where;
  size_t size = (size_t)(colon - where);
  if (size > 2 && from[0] == '[' && from[size - 1] == ']') {
    ++from;
    size -= 2;
  }
  char* end = NULL;
  long const port = strtol(colon + 1, &end, 10);
  if (size == 0 || size >= sizeof line->host || *end != '\0' || end == colon + 1 || port < 1 || port > 65535) return -1;
  memcpy(line->host, from, size);
  snprintf(line->port, sizeof line->port, "%ld", port);
  return 0;
}

void till_line_close(till_line* line, char const* why) {
  if (line->descriptor >= 0) close(line->descriptor);
  line->descriptor = -1;
  line->state = TILL_LINE_CLOSED;
  line->out.size = 0; /* what was read stays to be handed out */
  line->out.failed = 0;
  snprintf(line->why, sizeof line->why, "%s", why);
}

static void start(till_line* line, int family, void const* address, size_t size) {
  line->descriptor = socket(family, SOCK_STREAM, 0);
  if (line->descriptor < 0) {
    till_line_close(line, strerror(errno));
    return;
  }
  fcntl(line->descriptor, F_SETFD, FD_CLOEXEC);
  fcntl(line->descriptor, F_SETFL, O_NONBLOCK);
  int const on = 1;
  if (family != AF_UNIX) setsockopt(line->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(line->descriptor, address, (socklen_t)size) == 0) {
    line->state = TILL_LINE_OPEN;
  } else if (errno == EINPROGRESS) {
    line->state = TILL_LINE_CONNECTING;
  } else {
    till_line_close(line, strerror(errno));
  }
}

void till_line_connect(till_line* line) {
  line->in.size = line->read_to = 0;
  line->in.failed = 0;
  if (line->path[0] != '\0') {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, line->path, sizeof line->path);
    start(line, AF_UNIX, &address, sizeof address);
    return;
  }
  struct addrinfo hints, *found = NULL;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV; /* looking up a name could wait */
  if (getaddrinfo(line->host, line->port, &hints, &found) != 0) {
    till_line_close(line, "the address must be numbers, such as 127.0.0.1:7707");
    return;
  }
  start(line, found->ai_family, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
}

static void finish_connecting(till_line* line) {
  struct pollfd one = {line->descriptor, POLLOUT, 0};
  if (poll(&one, 1, 0) <= 0) return;
  int problem = 0;
  socklen_t size = sizeof problem;
  getsockopt(line->descriptor, SOL_SOCKET, SO_ERROR, &problem, &size);
  if (problem != 0) {
    till_line_close(line, strerror(problem));
    return;
  }
  line->state = TILL_LINE_OPEN;
}

static void send_some(till_line* line) {
  size_t sent = 0;
  while (sent < line->out.size) {
    ssize_t const now =
        send(line->descriptor, line->out.data + sent, line->out.size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (now < 0 && errno == EINTR) continue;
    if (now < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
      till_line_close(line, strerror(errno));
      return;
    }
    if (now <= 0) break;
    sent += (size_t)now;
  }
  if (sent == 0) return;
  memmove(line->out.data, line->out.data + sent, line->out.size - sent);
  line->out.size -= sent;
}

static void read_some(till_line* line) {
  while (line->in.size < MOST_LINE) {
    char block[4096];
    ssize_t const now = recv(line->descriptor, block, sizeof block, MSG_DONTWAIT);
    if (now < 0 && errno == EINTR) continue;
    if (now < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (now <= 0) {
      till_line_close(line, now == 0 ? "the terminal closed the connection" : strerror(errno));
      return;
    }
    till_text_add(&line->in, block, (size_t)now);
    if (line->in.failed) {
      till_line_close(line, "out of memory");
      return;
    }
  }
}

void till_line_work(till_line* line) {
  if (line->state == TILL_LINE_CONNECTING) finish_connecting(line);
  if (line->state != TILL_LINE_OPEN) return;
  if (line->out.failed) {
    till_line_close(line, "the terminal takes nothing more");
    return;
  }
  send_some(line);
  /* What was read already is handed out first: the other side may have closed behind it. */
  if (line->state == TILL_LINE_OPEN && memchr(line->in.data ? line->in.data + line->read_to : "", '\n',
                                              line->in.data ? line->in.size - line->read_to : 0) == NULL) {
    if (line->read_to > 0) {
      memmove(line->in.data, line->in.data + line->read_to, line->in.size - line->read_to);
      line->in.size -= line->read_to;
      line->read_to = 0;
    }
    read_some(line);
  }
}

char* till_line_next(till_line* line, size_t* size) {
  if (line->in.data == NULL || line->read_to >= line->in.size) return NULL;
  char* const from = line->in.data + line->read_to;
  char* const end = memchr(from, '\n', line->in.size - line->read_to);
  if (end == NULL) {
    if (line->in.size - line->read_to >= MOST_LINE) till_line_close(line, "the terminal sent a line over 64 KiB");
    return NULL;
  }
  *end = '\0';
  *size = (size_t)(end - from);
  line->read_to = (size_t)(end - line->in.data) + 1;
  return from;
}
