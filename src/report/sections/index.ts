import type { Section } from '../content';
import type { Report } from '../types';
import { checksSection, conditionsSection, recipeSection } from './about';
import { accuracySection, agreementSection } from './accuracy';
import { formsSection, placementSection, truthSection } from './device';
import { sensitivitySection } from './sensitivity';
import { sizeSection } from './size';
import { speedSection } from './speed';
import { summarySection } from './summary';

const SECTIONS: readonly ((report: Report) => Section)[] = [
  summarySection,
  truthSection,
  sizeSection,
  speedSection,
  accuracySection,
  agreementSection,
  sensitivitySection,
  formsSection,
  placementSection,
  recipeSection,
  checksSection,
  conditionsSection,
];

/** The whole report in reading order: the summary, then what it stands on. */
export function sectionsOf(report: Report): Section[] {
  return SECTIONS.map((build) => build(report));
}
