const list = `a an the of to in on at for from by with and or but if nor yet is are was were be been being am do does did doing done
has have had having i you he she it we they me him her us them my your his its our their mine yours this that these those what which who
whom whose how should would could can will shall may might must so as than then there here when where why all any some very just much
more most other such own same too also into out up down over under about again i'm i'd i'll i've you're it's that's let's don't doesn't
isn't aren't s t re ve ll d m want wants like need needs please suggest recommend recommendation give tell help get got let`;

/** Words that say little about what a text is about. "Not", "no", "without" are none of them: they turn a meaning. */
export const stopWords: ReadonlySet<string> = new Set(list.split(/\s+/u));
