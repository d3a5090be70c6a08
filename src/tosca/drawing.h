/* What a descriptor describes, as a picture: 'carrick package graph FILE'. */
#ifndef CARRICK_TOSCA_DRAWING_H
#define CARRICK_TOSCA_DRAWING_H

#include "tosca/pnfd.h"

/* In the language of Graphviz, in 'mem'.  A VNF: its parts, connection points, links and storages
 * of each deployment flavour.  A PNF: its connection points.  An NS: its VNFs, PNFs, links, access points, and each forwarding path as
 * the functions that its packets pass. */
const char *drawing_of_vnfd(struct mem *mem, const struct vnfd *vnfd);
const char *drawing_of_nsd(struct mem *mem, const struct nsd *nsd);
const char *drawing_of_pnfd(struct mem *mem, const struct pnfd *pnfd);

/* 'carrick package graph [--dot] FILE': prints an SVG, drawn by Graphviz' dot, or what that is
 * given.  FILE as of package_check_main; only what that accepts is drawn.  Status as there. */
int package_graph_main(int argc, char **argv);

#endif
