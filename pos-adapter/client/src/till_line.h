#ifndef TILLCUE_TILL_LINE_H
#define TILLCUE_TILL_LINE_H

#include "till_json.h"

/* The connection of a client: never waits. */
enum { TILL_LINE_CLOSED = 0, TILL_LINE_CONNECTING, TILL_LINE_OPEN };

typedef struct {
  char host[64], port[8];
  char path[108]; /* of a Unix socket; empty: TCP */
  int descriptor, state;
  till_text out, in;
  size_t read_to; /* bytes of `in` that were handed out as a line */
  char why[160];  /* it is closed */
} till_line;

/* 0, or -1 when `where` is no address. */
int till_line_init(till_line* line, char const* where);
/* Begins to connect; the state says how far it came. */
void till_line_connect(till_line* line);
/* Goes on connecting, sending and reading as far as it can. */
void till_line_work(till_line* line);
/* The next whole line, ended by a NUL, or NULL. Valid until the next call. */
char* till_line_next(till_line* line, size_t* size);
void till_line_close(till_line* line, char const* why);

#endif
